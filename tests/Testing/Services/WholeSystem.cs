using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using Aspire.Hosting.Running;
using FluentAssertions;

namespace AlgoStack.Testing.Services;

/// <summary>
/// The whole of AlgoStack as a person runs it: AppHost in a process of its own, and all that AppHost starts. Who uses it has AppHost built in
/// the same configuration.
/// </summary>
public sealed class WholeSystem : IAsyncDisposable
{
    /// <summary>Of the admin that <see cref="MakeAdminAsync"/> makes.</summary>
    public const string Name = "tester";

    /// <inheritdoc cref="Name"/>
    public const string Password = "correct horse battery staple 42";

    private static readonly TimeSpan StartTimeout = TimeSpan.FromMinutes(4);

    /// <summary>AppHost promises 15 s.</summary>
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly string _state = Path.Combine(Path.GetTempPath(), $"algostack-system-{Guid.NewGuid():n}");
    private SupervisedProcess? _host;

    private WholeSystem()
    {
    }

    /// <summary>Asks the gateway as a service does.</summary>
    public HttpClient Gateway { get; } = new() { Timeout = Patience };

    public Uri Address => Gateway.BaseAddress!;

    /// <summary>The one-time link by which the first admin comes in, as <c>./run</c> prints it; null once it was used.</summary>
    public Uri? FirstAdminLink => File.Exists(FirstAdminFile) ? new Uri(Address, File.ReadAllText(FirstAdminFile).Trim()) : null;

    public string ServiceKey => Gateway.DefaultRequestHeaders.Authorization!.Parameter!;

    /// <param name="settings">Environment of AppHost, and so of the services.</param>
    public static async Task<WholeSystem> StartAsync(params (string Variable, string Value)[] settings)
    {
        var system = new WholeSystem();
        try
        {
            await system.BeginAsync(settings);
        }
        catch
        {
            await system.DisposeAsync();
            throw;
        }

        return system;
    }

    /// <summary>
    /// What an account on paper is configured with. It has no limits: no price of now is known where there are but replays, so that risk would deny
    /// what needs one.
    /// </summary>
    public static (string Variable, string Value)[] OnPaper(string account) => [($"Accounts__{account}__Broker", "paper"), ($"Accounts__{account}__Limits", "none")];

    public string? StateOf(string resource) =>
        Endpoints().TryGetValue(resource, out var line) ? line.GetProperty("state").GetString() : null;

    /// <summary>What AppHost runs.</summary>
    public IReadOnlyCollection<string> Processes => Endpoints().Keys;

    public int CrashesOf(string resource) => Endpoint(resource).GetProperty("crashes").GetInt32();

    public int ProcessOf(string resource) => Endpoint(resource).GetProperty("pid").GetInt32();

    public Uri AddressOf(string resource) => new(Endpoint(resource).GetProperty("url").GetString()!);

    /// <summary>The connection string, as the services have it; AppHost shows secrets to nobody but them.</summary>
    public async Task<string> DatabaseAsync()
    {
        const string Variable = "ConnectionStrings__algostack=";
        var environment = await File.ReadAllTextAsync($"/proc/{ProcessOf("ingestion")}/environ");
        return environment.Split('\0').Single(line => line.StartsWith(Variable, StringComparison.Ordinal))[Variable.Length..];
    }

    /// <summary>Accepts the first admin's invitation. Can be done once.</summary>
    public async Task MakeAdminAsync()
    {
        using var made = await Gateway.PostAsJsonAsync(
            new Uri("/auth/users", UriKind.Relative), new { Invitation = FirstAdminLink!.Fragment.TrimStart('#'), Name, Password });
        made.EnsureSuccessStatusCode();
    }

    /// <summary>An access token of the admin that <see cref="MakeAdminAsync"/> has made, in a session of its own.</summary>
    public async Task<string> SignInAsync()
    {
        using var signedIn = await Gateway.PostAsJsonAsync(new Uri("/auth/sign-in", UriKind.Relative), new { Name, Password });
        signedIn.EnsureSuccessStatusCode();
        return (await signedIn.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("accessToken").GetString()!;
    }

    /// <summary>Has something made or done, once.</summary>
    /// <param name="token">Whose. Null: a service's.</param>
    /// <returns>The answer.</returns>
    /// <exception cref="InvalidOperationException">It was refused; the message has the answer.</exception>
    public async Task<JsonElement> PostAsync(string path, object body, string? token = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Address, path)) { Content = JsonContent.Create(body, body.GetType()) };
        request.Headers.Authorization = new("Bearer", token ?? ServiceKey);
        request.Headers.Add("Idempotency-Key", $"{Guid.NewGuid():n}");
        using var answer = await Gateway.SendAsync(request);
        if (!answer.IsSuccessStatusCode) throw new InvalidOperationException($"POST {path}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");

        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    public async ValueTask DisposeAsync()
    {
        Gateway.Dispose();
        if (_host is not null)
        {
            await _host.StopAsync(StopTimeout);
            await _host.DisposeAsync();
        }

        Directory.Delete(_state, recursive: true);
    }

    private async Task BeginAsync((string Variable, string Value)[] settings)
    {
        // Every account may enter it: PostgreSQL runs as its own.
        Directory.CreateDirectory(_state);
        var environment = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["ALGOSTACK_STATE"] = _state,
            // `./test` lends its servers; the system under test brings and kills its own.
            ["ConnectionStrings__algostack"] = null,
            ["ConnectionStrings__messaging"] = null,
            // Tests ask more often, and more wrongly, than anybody may who is not named.
            ["RateLimits__Load__Addresses"] = "127.0.0.1,::1",
        };
        foreach (var (variable, value) in settings) environment[variable] = value;
        var configuration = Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        var program = Path.Combine(Repository.Root, "artifacts", "bin", "AlgoStack.AppHost", configuration, "AlgoStack.AppHost.dll");
        _host = await SupervisedProcess.StartAsync(
            new ProcessSpec(BuiltProject.DotnetPath, [program], _state, Path.Combine(_state, "apphost.log")) { Environment = environment },
            CancellationToken.None);
        await Eventually.True(
            () =>
            {
                _host.Exited.IsCompleted.Should().BeFalse("AppHost runs on; its log is {0}", Path.Combine(_state, "apphost.log"));
                return StateOf("apphost") == "healthy";
            },
            StartTimeout,
            "everything is healthy");
        // Somebody else's gateway on the same port would look healthy too.
        foreach (var (resource, line) in Endpoints()) line.GetProperty("crashes").GetInt32().Should().Be(0, "{0} starts at the first attempt", resource);
        Gateway.BaseAddress = AddressOf("gateway");
        Gateway.DefaultRequestHeaders.Authorization = new("Bearer", await File.ReadAllTextAsync(Path.Combine(_state, "parameters", "service-key")));
    }

    /// <summary>As <c>kill -9</c> does.</summary>
    public void Kill(string resource)
    {
        using var process = Process.GetProcessById(ProcessOf(resource));
        process.Kill();
    }

    private string FirstAdminFile => Path.Combine(_state, "first-admin");

    private JsonElement Endpoint(string resource) => Endpoints()[resource];

    private Dictionary<string, JsonElement> Endpoints()
    {
        var file = Path.Combine(_state, "endpoints.json");
        return File.Exists(file) ? JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(File.ReadAllText(file))! : [];
    }
}
