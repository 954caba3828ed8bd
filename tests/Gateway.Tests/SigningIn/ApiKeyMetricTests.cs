using AlgoStack.Testing;
using Xunit;

namespace AlgoStack.Gateway.Tests.SigningIn;

/// <summary>Gauges are of a process, and tell of the gateway that started last in it: here no other starts.</summary>
[CollectionDefinition(nameof(ApiKeyMetricTests), DisableParallelization = true)]
[Collection(nameof(ApiKeyMetricTests))]
public sealed class ApiKeyMetricTests(SignInFixture fixture) : IClassFixture<SignInFixture>
{
    [Fact]
    public async Task Metrics_say_when_the_next_key_ends_and_how_many_do_soon()
    {
        using var made = await fixture.PostAsync("/auth/api-keys", new { Name = "robot", Scopes = (string[])["read"], Days = 3 }, (await fixture.SignInAsync("trader")).AccessToken);
        made.EnsureSuccessStatusCode();
        await using var gateway = await GatewayUnderTest.StartAsync(fixture.Broker, new Dictionary<string, Uri>(StringComparer.Ordinal), clock: fixture.Clock);

        await Eventually.True(async () =>
        {
            var lines = (await gateway.Http.GetStringAsync("/metrics")).Split('\n');
            return lines.Any(l => l.StartsWith("algostack_api_key_expiry_seconds ", StringComparison.Ordinal))
                && lines.Any(l => l.StartsWith("algostack_api_keys_expiring ", StringComparison.Ordinal) && l.Split(' ')[1] != "0");
        });
    }
}
