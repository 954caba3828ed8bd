using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using AlgoStack.Gateway.Forwarding;
using AlgoStack.Gateway.Tests.SigningIn;
using FluentAssertions;

namespace AlgoStack.Gateway.Tests.Door;

/// <summary>
/// People are made by a gateway that does not count what comes from this machine; tests ask others on the same database that do, behind
/// a proxy that says for which address it asks.
/// </summary>
public sealed class DoorFixture : SignInFixture
{
    public const string Page = "/console/";

    private FakeUpstream? _upstream;
    private GatewayUnderTest? _strict;
    private int _addresses;
    private int _hours;

    /// <summary>An address that nobody has asked from.</summary>
    public string NewAddress() => string.Create(CultureInfo.InvariantCulture, $"192.0.2.{++_addresses}");

    /// <summary>Later than anything that was counted before.</summary>
    public void GoOn() => Clock.SetAhead(TimeSpan.FromHours(_hours += 3));

    /// <param name="ahead">From where the other one set it.</param>
    public void GoOn(TimeSpan ahead) => Clock.SetAhead(TimeSpan.FromHours(_hours) + ahead);

    /// <summary>A gateway as the world sees it, for all of a class who leave it as it was.</summary>
    public async Task<GatewayUnderTest> SharedAsync() => _strict ??= await StrictAsync();

    /// <summary>A gateway as the world sees it.</summary>
    public Task<GatewayUnderTest> StrictAsync(params string[] settings) => StrictOnAsync(null, settings);

    /// <param name="database">Where it finds PostgreSQL.</param>
    public Task<GatewayUnderTest> StrictOnAsync(string? database, params string[] settings) => GatewayUnderTest.StartAsync(
        Broker,
        Routes.Services.ToDictionary(s => s, _ => _upstream!.Address, StringComparer.Ordinal),
        clock: Clock,
        database: database,
        settings: settings.Length > 0 ? settings : ["--Proxies:Known", "127.0.0.1"]);

    public static async Task<HttpResponseMessage> AskAsync(
        GatewayUnderTest gateway, HttpMethod method, string path, string from, string? token = null, object? body = null)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = gateway.Address };
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        request.Headers.Add("X-Forwarded-For", from);
        if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return await http.SendAsync(request);
    }

    public static Task<HttpResponseMessage> SignInAsync(GatewayUnderTest gateway, string from, Person person) =>
        AskAsync(gateway, HttpMethod.Post, "/auth/sign-in", from, body: new { person.Name, person.Password });

    /// <summary>An access token of a new user's API key.</summary>
    public async Task<string> NewProgramAsync()
    {
        using var made = await PostAsync("/auth/api-keys", new { Name = "robot", Scopes = (string[])["read", "trade"] }, (await SignInAsync("trader")).AccessToken);
        made.StatusCode.Should().Be(HttpStatusCode.OK, await made.Content.ReadAsStringAsync());
        using var taken = await PostAsync("/auth/token", new { ApiKey = (await JsonAsync(made)).GetProperty("secret").GetString() });
        taken.StatusCode.Should().Be(HttpStatusCode.OK, await taken.Content.ReadAsStringAsync());
        return (await JsonAsync(taken)).GetProperty("accessToken").GetString()!;
    }

    protected override async Task<IReadOnlyDictionary<string, Uri>> StartServicesAsync()
    {
        _upstream = await FakeUpstream.EchoAsync();
        return await base.StartServicesAsync();
    }

    protected override async Task StopServicesAsync()
    {
        if (_strict is not null) await _strict.DisposeAsync();
        if (_upstream is not null) await _upstream.DisposeAsync();
    }
}
