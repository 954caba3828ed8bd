using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using AlgoStack.Contracts.MarketData;
using AlgoStack.Contracts.Orders;
using AlgoStack.Contracts.Portfolio;
using AlgoStack.Testing;
using AlgoStack.Testing.Services;
using AlgoStack.Testing.Venues;
using Npgsql;

namespace AlgoStack.Benchmarks.Gateway;

/// <summary>The whole system with data in it and an account at a venue, and somebody with an API key who asks.</summary>
internal sealed partial class LoadedSystem : IAsyncDisposable
{
    private const int MostConnections = 256;
    private const string Account = "desk";
    private const string Symbol = "AAPL";
    private const decimal Price = 100;
    private const decimal Cash = 1_000_000_000;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly VenueProcess _venue;
    private readonly WholeSystem _system;
    private readonly HttpClient _http;
    private readonly string _folder = Directory.CreateTempSubdirectory("algostack-bench-").FullName;
    private string _apiKey = "";

    private LoadedSystem(VenueProcess venue, WholeSystem system)
    {
        (_venue, _system) = (venue, system);
        // As a browser or a program would: connections are kept.
        _http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = MostConnections, UseCookies = false }) { BaseAddress = system.Address };
    }

    public Uri Address => _system.Address;

    public string Token { get; private set; } = "";

    /// <summary>Of a replay that is over.</summary>
    public string Session { get; private set; } = "";

    public static async Task<LoadedSystem> StartAsync(int minutes)
    {
        var venue = await VenueProcess.StartAsync(Cash);
        await venue.SetPriceAsync(Symbol, Price);
        await venue.SwitchFaultsAsync(new { requests_per_minute = 1_000_000 });
        var loaded = new LoadedSystem(venue, await WholeSystem.StartAsync(
            ($"Accounts__{Account}__Broker", "alpaca"),
            ($"Accounts__{Account}__Alpaca__KeyId", VenueProcess.Key),
            ($"Accounts__{Account}__Alpaca__Secret", VenueProcess.Secret),
            ($"Accounts__{Account}__Alpaca__Url", $"{venue.Address}"),
            ($"Accounts__{Account}__Alpaca__StreamUrl", $"{venue.StreamAddress}"),
            // There is no feed, and orders that are alike follow each other.
            ($"Accounts__{Account}__Limits", "none")));
        try
        {
            await loaded.MakeKeyAsync();
            await loaded.FillAsync(minutes);
            await Eventually.True(async () => (await loaded._system.Gateway.GetFromJsonAsync<AccountView>($"/api/v1/routing/accounts/{Account}"))!.IsProven, Patience, "the account is proven");
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

    /// <summary>Buys at the venue so many times, at a steady pace, and returns the orders, the last of them last.</summary>
    public async Task<IReadOnlyList<string>> BuyAsync(int orders, TimeSpan pace)
    {
        var token = await _system.SignInAsync();
        var placed = new List<string>(orders);
        using var timer = new PeriodicTimer(pace);
        while (placed.Count < orders && await timer.WaitForNextTickAsync())
        {
            var order = new SubmitOrder(Account, $"{Symbol}.ALPACA", "Buy", "Limit", 1, LimitPrice: Price, TimeInForce: "Day");
            placed.Add((await _system.PostAsync("/api/v1/orders", order, token)).GetProperty("orderId").GetString()!);
        }

        return placed;
    }

    /// <summary>When the fill of each order of the account at the venue was appended, Unix milliseconds.</summary>
    public async Task<IReadOnlyDictionary<string, double>> FillsAsync()
    {
        await using var source = NpgsqlDataSource.Create(await _system.DatabaseAsync());
        await using var command = source.CreateCommand(
            """
            select f.order_id, extract(epoch from e.timestamp)::float8 * 1000
            from broker_routing.mt_events e
            join broker_routing.fills f using (seq_id)
            join broker_routing.orders o using (order_id)
            where o.account = $1
            """);
        command.Parameters.Add(new() { Value = Account });
        await using var reader = await command.ExecuteReaderAsync();
        var fills = new Dictionary<string, double>(StringComparer.Ordinal);
        while (await reader.ReadAsync()) fills.Add(reader.GetString(0), reader.GetDouble(1));
        return fills;
    }

    /// <summary>Of what the gateway was asked and may keep, how often it had it and how often not, by kind, since it started.</summary>
    public async Task<IReadOnlyDictionary<(string Kind, bool Hit), double>> AnswersAsync()
    {
        var metrics = await _system.Gateway.GetStringAsync(new Uri("/metrics", UriKind.Relative));
        return Answers().Matches(metrics)
            .GroupBy(m => (m.Groups["kind"].Value, m.Groups["result"].Value == "hit"))
            .ToDictionary(g => g.Key, g => g.Sum(m => double.Parse(m.Groups["count"].Value, CultureInfo.InvariantCulture)));
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
        await _venue.DisposeAsync();
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

    [GeneratedRegex(@"^algostack_answers_total\{(?=[^}]*kind=""(?<kind>\w+)"")(?=[^}]*result=""(?<result>\w+)"")[^}]*\} (?<count>[0-9.e+]+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Answers();
}
