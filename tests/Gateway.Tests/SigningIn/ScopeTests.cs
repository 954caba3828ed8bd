using AlgoStack.Testing.Services;
using Microsoft.AspNetCore.Authorization;
using Xunit;

namespace AlgoStack.Gateway.Tests.SigningIn;

/// <summary>Every path of the one address, what it is passed on to included, tried by people of each role and by programs.</summary>
public sealed class ScopeTests(SignInFixture fixture) : IClassFixture<SignInFixture>
{
    [Fact]
    public async Task Every_endpoint_lets_in_who_has_its_scope_and_nobody_else()
    {
        await using var gateway = await GatewayUnderTest.StartAsync(
            fixture.Broker,
            new Dictionary<string, Uri>(StringComparer.Ordinal),
            clock: fixture.Clock,
            configure: services => services.AddSingleton<IAuthorizationMiddlewareResultHandler, ScopeMatrix.StopBehindTheDoor>());
        ScopeMatrix.Caller[] callers =
        [
            new([], null),
            await PersonAsync("viewer", "read"), await PersonAsync("trader", "read", "trade"), await PersonAsync("admin", "read", "trade", "admin"),
            await ProgramAsync("read"), await ProgramAsync("trade"), await ProgramAsync("read", "trade"), await ProgramAsync("read", "trade", "admin"),
        ];

        await ScopeMatrix.ShouldHoldAsync(gateway.Address, gateway.Services, "services/gateway/scopes.txt", callers);
    }

    private async Task<ScopeMatrix.Caller> PersonAsync(string role, params string[] scopes) =>
        new(["person", .. scopes], (await fixture.SignInAsync(role)).AccessToken);

    private async Task<ScopeMatrix.Caller> ProgramAsync(params string[] scopes)
    {
        using var made = await fixture.PostAsync("/auth/api-keys", new { Name = string.Join('-', scopes), Scopes = scopes }, (await fixture.SignInAsync("admin")).AccessToken);
        var key = (await SignInFixture.JsonAsync(made)).GetProperty("secret").GetString();
        using var taken = await fixture.PostAsync("/auth/token", new { ApiKey = key });
        return new(scopes, (await SignInFixture.JsonAsync(taken)).GetProperty("accessToken").GetString());
    }
}
