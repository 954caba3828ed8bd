using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using AlgoStack.Contracts.MarketData;
using AlgoStack.Contracts.Orders;
using AlgoStack.Testing;
using AlgoStack.Testing.Services;
using Npgsql;

namespace AlgoStack.Benchmarks.Gateway;

/// <summary>The whole system with data in it, and somebody with an API key who asks.</summary>
internal sealed class LoadedSystem : IAsyncDisposable
{
    private const int MostConnections = 256;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly WholeSystem _system;
    private readonly HttpClient _http;
    private readonly string _folder = Directory.CreateTempSubdirectory("algostack-bench-").FullName;
    private string _apiKey = "";

    private LoadedSystem(WholeSystem system)
    {
        _system = system;
        // As a browser or a program would: connections are kept.
        _http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = MostConnections, UseCookies = false }) { BaseAddress = system.Address };
    }

    public Uri Address => _system.Address;

    public string Token { get; private set; } = "";

    /// <summary>Of a replay that is over.</summary>
    public string Session { get; private set; } = "";

    public static async Task<LoadedSystem> StartAsync(int minutes)
    {
        var loaded = new LoadedSystem(await WholeSystem.StartAsync());
        try
        {
            await loaded.MakeKeyAsync();
            await loaded.FillAsync(minutes);
        }
        catch
        {
            await loaded.DisposeAsync();
            throw;
        }

        return loaded;
    }

    /// <summary>Asks with a token that is good for the next five minutes.</summary>
    /// <param name="anew">Whether what the gateway has kept is not good enough.</param>
    public async Task<HttpClient> ClientAsync(bool anew = false)
    {
        using var taken = await _system.Gateway.PostAsJsonAsync(new Uri("/auth/token", UriKind.Relative), new { ApiKey = _apiKey });
        taken.EnsureSuccessStatusCode();
        Token = (await taken.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("accessToken").GetString()!;
        _http.DefaultRequestHeaders.Authorization = new("Bearer", Token);
        _http.DefaultRequestHeaders.CacheControl = new() { NoCache = anew };
        return _http;
    }

    /// <summary>Replays minutes of ten symbols, so many instants a second.</summary>
    public async Task<string> ReplayMinutesAsync(int instants, int perSecond)
    {
        const int Symbols = 10;
        const int SecondsPerInstant = 60;
        var days = (await File.ReadAllLinesAsync(Days)).Skip(1).Select(line => line.Split(',')).ToArray();
        var start = new DateTimeOffset(2020, 1, 6, 0, 0, 0, TimeSpan.Zero);
        var file = Path.Combine(_folder, $"paced-{Guid.NewGuid():n}.csv");
        await File.WriteAllLinesAsync(file, Enumerable.Range(0, Symbols * instants)
            .Select(row => (Symbol: row / instants, Minute: row % instants, Day: days[row % days.Length]))
            .Select(r => string.Create(CultureInfo.InvariantCulture, $"{start.AddMinutes(r.Minute):yyyy-MM-dd'T'HH:mm:ss'Z'},PIXEL{r.Symbol},{r.Day[1]},{r.Day[2]},{r.Day[3]},{r.Day[4]},{r.Day[6]}"))
            .Prepend("timestamp,symbol,open,high,low,close,volume"));
        return await ReplayAsync(file, string.Create(CultureInfo.InvariantCulture, $"{perSecond * SecondsPerInstant}x"));
    }

    /// <summary>Waits until all of a session has been traded and told.</summary>
    public Task EndAsync(string session) => Eventually.True(
        async () => await _system.Gateway.GetFromJsonAsync<SessionStatus>($"/api/v1/sessions/{session}") is { State: "completed" } status
            && await ProgressAsync(session) is { Ended: true, Projected: true } routing && routing.LastSequence >= status.LastSequence,
        Patience,
        $"session {session} goes through");

    /// <summary>When each fill of an account's was appended, Unix milliseconds, by its position in the log.</summary>
    public async Task<IReadOnlyDictionary<long, double>> FillsAsync(string session)
    {
        await using var source = NpgsqlDataSource.Create(await _system.DatabaseAsync());
        await using var command = source.CreateCommand(
            """
            select e.seq_id, extract(epoch from e.timestamp)::float8 * 1000
            from broker_routing.mt_events e
            join broker_routing.fills f using (seq_id)
            join broker_routing.orders o using (order_id)
            where o.session_id = $1
            """);
        command.Parameters.Add(new() { Value = session });
        await using var reader = await command.ExecuteReaderAsync();
        var fills = new Dictionary<long, double>();
        while (await reader.ReadAsync()) fills.Add(reader.GetInt64(0), reader.GetDouble(1));
        return fills;
    }

    /// <summary>What the gateway's process has in memory, MiB.</summary>
    public double GatewayMebibytes()
    {
        var line = File.ReadLines($"/proc/{_system.ProcessOf("gateway")}/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
        return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _system.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private static string Days => Path.Combine(Repository.Root, "data", "sp500-2000", "sp500-2000.csv");

    private async Task MakeKeyAsync()
    {
        await _system.MakeAdminAsync();
        using var make = new HttpRequestMessage(HttpMethod.Post, new Uri(_system.Address, "/auth/api-keys"));
        make.Headers.Authorization = new("Bearer", await _system.SignInAsync());
        make.Content = JsonContent.Create(new { Name = "bench", Scopes = new[] { "read" } });
        using var made = await _system.Gateway.SendAsync(make);
        made.EnsureSuccessStatusCode();
        _apiKey = (await made.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("secret").GetString()!;
    }

    private async Task FillAsync(int minutes)
    {
        Session = await ReplayAsync(Days, "max");
        await EndAsync(Session);
        var file = Path.Combine(_folder, "long.csv");
        var start = new DateTimeOffset(2024, 1, 2, 14, 30, 0, TimeSpan.Zero);
        await File.WriteAllLinesAsync(file, Enumerable.Range(0, minutes)
            .Select(i => string.Create(CultureInfo.InvariantCulture, $"{start.AddMinutes(i):yyyy-MM-dd'T'HH:mm:ss'Z'},LONG,{100 + (i % 7)},{110 + (i % 7)},{90 + (i % 7)},{101 + (i % 7)},{i % 100}"))
            .Prepend("timestamp,symbol,open,high,low,close,volume"));
        var session = await BeginAsync("/api/v1/imports", new StartImport(file));
        await Eventually.True(async () => (await _system.Gateway.GetFromJsonAsync<SessionStatus>($"/api/v1/sessions/{session}"))!.State == "completed", Patience, "the import is over");
    }

    private Task<string> ReplayAsync(string file, string speed) => BeginAsync("/api/v1/replays", new StartReplay(file, speed));

    private async Task<string> BeginAsync<T>(string path, T command)
    {
        using var begun = await _system.Gateway.PostAsJsonAsync(new Uri(path, UriKind.Relative), command);
        begun.EnsureSuccessStatusCode();
        return (await begun.Content.ReadFromJsonAsync<SessionStatus>())!.SessionId;
    }

    private async Task<RoutingProgress?> ProgressAsync(string session)
    {
        using var answer = await _system.Gateway.GetAsync(new Uri($"/api/v1/routing/sessions/{session}/progress", UriKind.Relative));
        return answer.IsSuccessStatusCode ? await answer.Content.ReadFromJsonAsync<RoutingProgress>() : null;
    }
}
