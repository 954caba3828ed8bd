using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using AlgoStack.Contracts.MarketData;
using AlgoStack.Testing.Services;

namespace AlgoStack.Testing.Fuzzing;

/// <summary>Asks a whole system, through its gateway, what its own document does not allow.</summary>
internal sealed class FuzzRun
{
    private const int Together = 4;
    private const int MostShown = 400;

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

    /// <summary>Has something replayed, so that there is something to ask for, and then asks.</summary>
    /// <param name="from">The first request's number.</param>
    /// <param name="count">Of requests; a few more or less where <paramref name="longest"/> ends them.</param>
    public static async Task<FuzzReport> RunAsync(WholeSystem system, int seed, int from, int count, TimeSpan longest)
    {
        await system.MakeAdminAsync();
        var known = await FillAsync(system);
        using var document = JsonDocument.Parse(await system.Gateway.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative)));
        var run = new FuzzRun(system, new RequestFuzzer(document.RootElement.Clone(), seed, known), seed, await system.SignInAsync());
        var started = Stopwatch.GetTimestamp();
        var next = from - 1;
        await Task.WhenAll(Enumerable.Range(0, Together).Select(async _ =>
        {
            for (int number; (number = Interlocked.Increment(ref next)) < from + count && Stopwatch.GetElapsedTime(started) < longest;) await run.AskAsync(number);
        }));
        return new FuzzReport(run._asked, run._fuzzer.Operations, run._answers, [.. run._findings.Values.OrderBy(f => f.Number)]);
    }

    private static async Task<Dictionary<string, string>> FillAsync(WholeSystem system)
    {
        var file = Path.Combine(Repository.Root, "data", "sp500-2000", "sp500-2000.csv");
        using var begun = await system.Gateway.PostAsJsonAsync(new Uri("/api/v1/replays", UriKind.Relative), new StartReplay(file, "max"));
        begun.EnsureSuccessStatusCode();
        var session = (await begun.Content.ReadFromJsonAsync<SessionStatus>())!.SessionId;
        await Eventually.True(
            async () => (await system.Gateway.GetFromJsonAsync<SessionStatus>($"/api/v1/sessions/{session}"))!.State == "completed", ReplayPatience, "the replay is over");
        var accounts = await system.Gateway.GetFromJsonAsync<JsonElement>(new Uri("/api/v1/portfolios", UriKind.Relative));
        var account = accounts.EnumerateArray().Select(a => a.TryGetProperty("account", out var name) ? name.GetString() : null).FirstOrDefault(name => name is not null) ?? session;
        return new(StringComparer.Ordinal)
        {
            ["instrument"] = "SP500-2000.SIM",
            ["symbol"] = "SP500-2000.SIM",
            ["symbols"] = "SP500-2000.SIM",
            ["timeframe"] = "1d",
            ["resolution"] = "1D",
            ["session"] = session,
            ["sessionId"] = session,
            ["id"] = session,
            ["account"] = account,
            ["strategy"] = "ema-cross",
            ["provider"] = "none",
            ["file"] = "none.csv",
        };
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

        // What is fuzzed may end the session that it is fuzzed in.
        if (request.Operation.ForPeople && answer?.Status == 401) _person = await _system.SignInAsync();
    }

    // What is away too often hides what is wrong with it: it is told by whom.
    private static string NameOf(FuzzRequest request, RawAnswer? answer) => answer switch
    {
        null => "none",
        { IsOfTheServerItself: true } => $"{answer.Status} of the server itself",
        { Status: 503 } => $"503 by {request.Operation}",
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
