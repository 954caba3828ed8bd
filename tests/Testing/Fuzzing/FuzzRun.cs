using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using AlgoStack.Contracts.Backtests;
using AlgoStack.Contracts.MarketData;
using AlgoStack.Contracts.Orders;
using AlgoStack.Contracts.Portfolio;
using AlgoStack.Testing.Services;

namespace AlgoStack.Testing.Fuzzing;

/// <summary>Asks a whole system, through its gateway, what its own document does not allow.</summary>
internal sealed class FuzzRun
{
    private const int Together = 4;
    private const int MostShown = 400;
    private const string Maintenance = "/api/v1/maintenance";
    private const string Account = "desk";
    private const string Instrument = "SP500-2000.SIM";
    private const string Listed = "SP500-2000.PAPER";
    private const string Strategy = "sma-cross";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ReplayPatience = TimeSpan.FromMinutes(1);

    private readonly WholeSystem _system;
    private readonly RequestFuzzer _fuzzer;
    private readonly int _seed;
    private readonly ConcurrentDictionary<string, long> _answers = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, FuzzFinding> _findings = new(StringComparer.Ordinal);
    private string _person;
    private int _asked;

    private FuzzRun(WholeSystem system, RequestFuzzer fuzzer, int seed, string person) => (_system, _fuzzer, _seed, _person) = (system, fuzzer, seed, person);

    /// <summary>With an account on paper, which what is asked for of accounts and orders needs.</summary>
    public static Task<WholeSystem> StartSystemAsync() => WholeSystem.StartAsync(WholeSystem.OnPaper(Account));

    /// <summary>Has something replayed, so that there is something to ask for, and then asks.</summary>
    /// <param name="from">The first request's number.</param>
    /// <param name="count">Of requests; a few more or less where <paramref name="longest"/> ends them.</param>
    public static async Task<FuzzReport> RunAsync(WholeSystem system, int seed, int from, int count, TimeSpan longest)
    {
        await system.MakeAdminAsync();
        var person = await system.SignInAsync();
        var known = await FillAsync(system, person);
        using var document = JsonDocument.Parse(await system.Gateway.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative)));
        var run = new FuzzRun(system, new RequestFuzzer(document.RootElement.Clone(), seed, known), seed, person);
        var started = Stopwatch.GetTimestamp();
        var next = from - 1;
        await Task.WhenAll(Enumerable.Range(0, Together).Select(async _ =>
        {
            for (int number; (number = Interlocked.Increment(ref next)) < from + count && Stopwatch.GetElapsedTime(started) < longest;) await run.AskAsync(number);
        }));
        foreach (var process in system.Processes.Where(p => system.CrashesOf(p) > 0)) run.Crashed(process, system.CrashesOf(process), from);
        return new FuzzReport(run._asked, run._fuzzer.Operations, run._answers, [.. run._findings.Values.OrderBy(f => f.Number)]);
    }

    /// <summary>A replay, a backtest, a sweep, a worked order and orders of the paper account, and their ids: what is there is asked for further in than what is not.</summary>
    private static async Task<Dictionary<string, string>> FillAsync(WholeSystem system, string person)
    {
        var file = Path.Combine(Repository.Root, "data", "sp500-2000", "sp500-2000.csv");
        var session = (await system.PostAsync("/api/v1/replays", new StartReplay(file, "max"))).GetProperty("sessionId").GetString()!;
        await Eventually.True(
            async () => (await system.Gateway.GetFromJsonAsync<SessionStatus>($"/api/v1/sessions/{session}"))!.State == "completed", ReplayPatience, "the replay is over");
        await OrderAsync(system, person);
        await ComputeAsync(system);
        var known = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["instrument"] = Instrument,
            ["symbol"] = Instrument,
            ["symbols"] = Instrument,
            ["timeframe"] = "1d",
            ["resolution"] = "1D",
            ["session"] = session,
            ["sessionId"] = session,
            ["account"] = Account,
            ["strategy"] = Strategy,
            ["provider"] = "none",
            ["file"] = "none.csv",
            ["/api/v1/sessions/{id}"] = session,
            ["/api/v1/routing/sessions/{id}"] = session,
            ["/api/v1/signal/sessions/{id}"] = session,
        };
        // By what an operation's path begins with: `id` is as many things as there are resources. The newest of each list.
        foreach (var (path, list, id) in ((string, string, string)[])
        [
            ("/api/v1/orders/{id}", $"/api/v1/orders?account={Account}&limit=1", "orderId"),
            ("/api/v1/executions/{id}", "/api/v1/executions", "executionId"),
            ("/api/v1/portfolios/{id}", "/api/v1/portfolios", "portfolio"),
            ("/api/v1/alerts/{alertId}", "/api/v1/alerts?limit=1", "alertId"),
            ("/api/v1/backtest/{id}", "/api/v1/backtest?limit=1", "backtestId"),
            ("/api/v1/backtest/sweeps/{id}", "/api/v1/backtest/sweeps", "sweepId"),
        ])
        {
            await Eventually.True(
                async () =>
                {
                    var newest = (await system.Gateway.GetFromJsonAsync<JsonElement>(new Uri(list, UriKind.Relative))).EnumerateArray().FirstOrDefault();
                    if (newest.ValueKind == JsonValueKind.Object) known[path] = newest.GetProperty(id).GetString()!;
                    return known.ContainsKey(path);
                },
                ReplayPatience,
                $"{list} has something");
        }

        return known;
    }

    /// <summary>One that works on and one that is worked, neither of which ever trades: the venue has no prices.</summary>
    private static async Task OrderAsync(WholeSystem system, string person)
    {
        await Eventually.True(
            async () => (await system.Gateway.GetFromJsonAsync<AccountView>($"/api/v1/routing/accounts/{Account}"))!.IsProven, ReplayPatience, "the account is proven");
        await system.PostAsync("/api/v1/orders", new SubmitOrder(Account, Listed, "Buy", "Limit", 1, LimitPrice: 1, TimeInForce: "Gtc"), person);
        await system.PostAsync("/api/v1/executions", new SubmitExecution(Account, Listed, "Buy", 4, "Iceberg", LimitPrice: 1, DisplayQuantity: 1), person);
    }

    private static async Task ComputeAsync(WholeSystem system)
    {
        var (from, to) = (new DateTimeOffset(2000, 1, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2010, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await system.PostAsync("/api/v1/backtest/replay", new StartBacktest(null, [Instrument], "1d", from, to, Strategies: [new(Strategy, "fast=10 slow=40", [])]));
        await system.PostAsync("/api/v1/backtest/sweeps", new StartSweep(Strategy, [Instrument], "1d", from, to, "fast=10..20:10 slow=40..60:20"));
    }

    private async Task AskAsync(int number)
    {
        var request = _fuzzer.Make(number, operation => operation.ForPeople ? _person : _system.ServiceKey);
        Interlocked.Increment(ref _asked);
        string? broken;
        RawAnswer? answer = null;
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            answer = await RawAnswer.AskAsync(_system.Address, request.Bytes, request.IsWhole, patience.Token);
            broken = AnswerRules.Broken(request, answer);
        }
        catch (OperationCanceledException)
        {
            broken = $"no answer within {Patience.TotalSeconds} s";
        }

        _answers.AddOrUpdate(NameOf(request, answer), 1, (_, times) => times + 1);
        if (broken is not null)
        {
            _findings.AddOrUpdate(
                $"{request.Operation}: {broken}",
                what => new FuzzFinding(what, number, 1, $"tests/campaign fuzz --seed {_seed} --from {number} --count 1", Shown(request.Bytes), answer?.ToString() ?? ""),
                (_, known) => known with { Times = known.Times + 1 });
        }

        // Else all that changes anything is refused from then on, and not looked into.
        if (request.Operation is { Path: Maintenance, Method: "PUT" } && answer?.Status is >= 200 and < 300) await EndMaintenanceAsync();
        // What is fuzzed may end the session that it is fuzzed in.
        if (request.Operation.ForPeople && answer?.Status == 401) _person = await _system.SignInAsync();
    }

    private async Task EndMaintenanceAsync()
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, new Uri(_system.Address, Maintenance));
        request.Headers.Authorization = new("Bearer", await _system.SignInAsync());
        using var ended = await _system.Gateway.SendAsync(request);
        ended.EnsureSuccessStatusCode();
    }

    /// <summary>Nothing was killed: what ended did so by what it was asked, and nobody knows which of it that was.</summary>
    private void Crashed(string process, int times, int from) =>
        _findings[process] = new FuzzFinding($"{process} crashed", from, times, $"tests/campaign fuzz --seed {_seed} --from {from} --count {_asked}", "all of it", "see its log");

    // What is away too often hides what is wrong with it: it is told by whom.
    private static string NameOf(FuzzRequest request, RawAnswer? answer) => answer switch
    {
        null => "none",
        { IsOfTheServerItself: true } => $"{answer.Status} of the server itself",
        { Status: 503 } => $"503 {AnswerRules.CodeOf(answer)} by {request.Operation}",
        _ => $"{answer.Status}",
    };

    private static string Shown(byte[] request)
    {
        var text = Encoding.Latin1.GetString(request);
        var token = text.IndexOf("Bearer ", StringComparison.Ordinal);
        text = text.Remove(token, text.IndexOf("\r\n", token, StringComparison.Ordinal) - token);
        var shown = new StringBuilder();
        foreach (var letter in text.Take(MostShown)) shown.Append(letter is >= ' ' and <= '~' ? letter.ToString() : string.Create(CultureInfo.InvariantCulture, $"\\x{(int)letter:x2}"));
        return text.Length > MostShown ? $"{shown}… ({text.Length} bytes)" : shown.ToString();
    }
}

/// <param name="What">The operation, and what was wrong with its answer.</param>
/// <param name="Number">Of the first request that it was found with.</param>
/// <param name="Again">The command that asks it again.</param>
internal sealed record FuzzFinding(string What, int Number, int Times, string Again, string Request, string Answer)
{
    public override string ToString() => $"{What} ({Times}×, first by {Again})\n  asked    {Request}\n  answered {Answer}";
}

/// <param name="Answers">How often which status.</param>
internal sealed record FuzzReport(int Asked, int Operations, IReadOnlyDictionary<string, long> Answers, IReadOnlyList<FuzzFinding> Findings);
