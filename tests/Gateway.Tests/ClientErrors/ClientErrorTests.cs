using System.Net;
using AlgoStack.Gateway.Tests.SigningIn;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Gateway.Tests.ClientErrors;

/// <summary>What goes wrong in the console reaches the log, and nothing else does.</summary>
public sealed class ClientErrorTests(SignInFixture fixture) : IClassFixture<SignInFixture>
{
    private const string Path = "/api/v1/client-errors";

    [Fact]
    public async Task A_fault_is_logged_with_its_release_trace_and_user_and_without_a_name()
    {
        var person = await fixture.JoinAsync("viewer");
        var (logs, user) = await TellAsync(person, new
        {
            Release = "0.1.0+abc",
            Screen = "/console/orders",
            Kind = "request",
            Message = "AlgoStack answered 500.",
            Stack = "Problem\n    at read (x.js:1)",
            TraceId = "4bf92f35",
            Steps = (string[])["to /orders"],
        });

        logs.Should().Contain("The console failed (request) at /console/orders in release 0.1.0+abc, trace 4bf92f35").And.Contain($"user {user}: AlgoStack answered 500. Problem").And.Contain("After: to /orders");
        logs.Split('\n').Should().NotContain(line => line.Contains("The console failed", StringComparison.Ordinal) && line.Contains(person.Name, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Nobody_writes_lines_of_the_log_or_secrets_into_it()
    {
        var (logs, _) = await TellAsync(await fixture.JoinAsync("viewer"), new
        {
            Release = "r",
            Screen = "/s",
            Kind = "error",
            Steps = (string?[])[null],
            Message = "first\r\nwarn: second\u2028third\u001b[31m of /api?token=abc123 with eyJhbGciOi.eyJzdWIi.c2ln, algostack_Zm9v and mara@example.org",
        });

        logs.Should().Contain("first warn: second third [31m of /api?*** with ***, *** and ***");
    }

    [Theory]
    [InlineData("message", 501)]
    [InlineData("release", 101)]
    [InlineData("stack", 4_001)]
    public async Task What_is_too_long_is_refused(string member, int length)
    {
        var error = new Dictionary<string, object>(StringComparer.Ordinal) { ["release"] = "r", ["screen"] = "/s", ["kind"] = "error", ["message"] = "m", [member] = new string('x', length) };

        await SignInFixture.ShouldBeRefusedAsync(await fixture.PostAsync(Path, error, (await fixture.SignInAsync("viewer")).AccessToken), 400, "client_error_too_long");
    }

    [Fact]
    public async Task What_is_larger_than_any_fault_is_not_even_read()
    {
        using var answer = await fixture.PostAsync(Path, new { Release = "r", Screen = "/s", Kind = "error", Message = new string('x', 20_000) }, (await fixture.SignInAsync("viewer")).AccessToken);

        answer.StatusCode.Should().Be(HttpStatusCode.RequestEntityTooLarge);
    }

    [Fact]
    public async Task Nobody_tells_without_a_right_to_read() =>
        (await fixture.PostAsync(Path, new { Release = "r", Screen = "/s", Kind = "error", Message = "m" })).StatusCode.Should().Be(HttpStatusCode.Unauthorized);

    private async Task<(string Logs, string UserId)> TellAsync(Person person, object error)
    {
        using var logs = new KeptLogs();
        await using var gateway = await GatewayUnderTest.StartAsync(fixture.Broker, new Dictionary<string, Uri>(StringComparer.Ordinal), clock: fixture.Clock, logs: logs);
        using var http = new HttpClient { BaseAddress = gateway.Address };
        var token = (await fixture.SignInAsync(person)).AccessToken;
        using var request = new HttpRequestMessage(HttpMethod.Post, Path) { Content = System.Net.Http.Json.JsonContent.Create(error) };
        request.Headers.Authorization = new("Bearer", token);
        using var answer = await http.SendAsync(request);
        answer.StatusCode.Should().Be(HttpStatusCode.NoContent, await answer.Content.ReadAsStringAsync());
        return (logs.Text, $"{await fixture.QueryAsync($"select user_id from gateway.users where name = '{person.Name}'")}");
    }
}
