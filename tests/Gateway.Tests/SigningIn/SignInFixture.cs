using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using AlgoStack.Testing;
using FluentAssertions;
using Npgsql;
using Xunit;

namespace AlgoStack.Gateway.Tests.SigningIn;

/// <summary>A gateway with a clock that can be set ahead, and its first admin.</summary>
public class SignInFixture : IAsyncLifetime
{
    public const string Password = "correct horse battery";

    private readonly BrokerFixture _broker = new();
    private GatewayUnderTest? _gateway;
    private IReadOnlyDictionary<string, Uri> _services = new Dictionary<string, Uri>(StringComparer.Ordinal);
    private Person? _admin;
    private int _people;

    public SettableClock Clock { get; } = new();

    public BrokerFixture Broker => _broker;

    public GatewayUnderTest Gateway => _gateway!;

    /// <summary>As on a command line, from the next start on. Null: those of <see cref="GatewayUnderTest"/>.</summary>
    public IReadOnlyList<string>? Settings { get; set; }

    /// <summary>Without cookies of its own: what is sent is what a test sends.</summary>
    public HttpClient Http { get; private set; } = new();

    /// <summary>The first, who invites everybody.</summary>
    public Person Admin => _admin!;

    /// <summary>The file that <c>./run</c> prints.</summary>
    public string FirstAdminFile => Path.Combine(_broker.State, "first-admin");

    public virtual async Task InitializeAsync()
    {
        await _broker.InitializeAsync();
        _services = await StartServicesAsync();
        await StartAsync();
        _admin = new Person("admin-0", Password);
        (await PostAsync("/auth/users", new { Invitation = await FirstAdminSecretAsync(), Name = _admin.Name, _admin.Password })).EnsureSuccessStatusCode();
    }

    public virtual async Task DisposeAsync()
    {
        Http.Dispose();
        if (_gateway is not null) await _gateway.DisposeAsync();
        await StopServicesAsync();
        await _broker.DisposeAsync();
    }

    /// <summary>Ends the gateway and starts another on the same database and at the same address.</summary>
    /// <param name="between">What is to be seen while there is none.</param>
    public async Task RestartAsync(Func<Task>? between = null)
    {
        var address = Gateway.Address;
        await _gateway!.DisposeAsync();
        if (between is not null) await between();
        await StartAsync(address);
    }

    /// <summary>A new user of a role, by an invitation of the admin's.</summary>
    public async Task<Person> JoinAsync(string role)
    {
        var person = new Person($"{role}-{++_people}", $"{Password} {_people}");
        using var made = await PostAsync("/auth/users", new { Invitation = await InviteAsync(role), person.Name, person.Password });
        made.EnsureSuccessStatusCode();
        return person;
    }

    /// <summary>The secret of a one-time link.</summary>
    public async Task<string> InviteAsync(string role)
    {
        using var invited = await PostAsync("/auth/invitations", new { Role = role }, (await SignInAsync(_admin!)).AccessToken);
        invited.EnsureSuccessStatusCode();
        return (await JsonAsync(invited)).GetProperty("link").GetString()!.Split('#')[1];
    }

    public async Task<Tokens> SignInAsync(Person person)
    {
        using var answer = await PostAsync("/auth/sign-in", new { person.Name, person.Password });
        answer.EnsureSuccessStatusCode();
        return await TokensAsync(answer);
    }

    public async Task<Tokens> SignInAsync(string role) => await SignInAsync(await JoinAsync(role));

    public async Task<string> FirstAdminSecretAsync() => (await File.ReadAllTextAsync(FirstAdminFile)).Trim().Split('#')[1];

    public Task<HttpResponseMessage> PostAsync(string path, object? body, string? token = null, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Post, path, body, token, headers);

    public async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string path, object? body = null, string? token = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        return await Http.SendAsync(request);
    }

    public static async Task<JsonElement> JsonAsync(HttpResponseMessage answer) => await answer.Content.ReadFromJsonAsync<JsonElement>();

    public static async Task<Tokens> TokensAsync(HttpResponseMessage answer)
    {
        var json = await JsonAsync(answer);
        return new Tokens(json.GetProperty("accessToken").GetString()!, json.GetProperty("refreshToken").GetString()!, json.GetProperty("sessionId").GetGuid());
    }

    public static async Task ShouldBeRefusedAsync(HttpResponseMessage answer, int status, string code)
    {
        var body = await answer.Content.ReadAsStringAsync();
        ((int)answer.StatusCode).Should().Be(status, body);
        answer.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");
        JsonDocument.Parse(body).RootElement.GetProperty("code").GetString().Should().Be(code);
    }

    public async Task<object?> QueryAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(_broker.Database);
#pragma warning disable CA2100 // Written in the tests.
        await using var command = source.CreateCommand(sql);
#pragma warning restore CA2100
        return await command.ExecuteScalarAsync();
    }

    /// <summary>Starts what is behind the gateway: nothing.</summary>
    /// <returns>Addresses by the names of services.</returns>
    protected virtual Task<IReadOnlyDictionary<string, Uri>> StartServicesAsync() => Task.FromResult(_services);

    protected virtual Task StopServicesAsync() => Task.CompletedTask;

    private async Task StartAsync(Uri? at = null)
    {
        _gateway = await GatewayUnderTest.StartAsync(_broker, _services, at, Clock, settings: Settings);
        Http.Dispose();
        Http = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = _gateway.Address };
    }
}

public sealed record Person(string Name, string Password);

public sealed record Tokens(string AccessToken, string RefreshToken, Guid SessionId);
