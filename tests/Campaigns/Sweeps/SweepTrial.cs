using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;
using AlgoStack.Backtesting;
using AlgoStack.Backtesting.Sweeps;
using AlgoStack.Contracts.Backtests;
using AlgoStack.Testing;
using AlgoStack.Testing.Services;
using AlgoStack.Testing.Trading;
using Npgsql;

namespace AlgoStack.Campaigns.Sweeps;

/// <param name="Redelivered">Parts that came again because the worker that had them was killed.</param>
internal sealed record SweepVerdict(int Combinations, int Parts, int Kills, long Redelivered, IReadOnlyList<string> Violations);

/// <summary>
/// Three processes of the backtest service share a sweep. Now one and now another is killed, at points of the sweep that the
/// seed makes, and started again; what they come to is held against the same sweep in this process.
/// </summary>
internal sealed class SweepTrial : IAsyncDisposable
{
    private const int Workers = 3;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(200);

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    private readonly SeededTape _tape;
    private readonly HttpPeer _ingestion;
    private readonly string _database;
    private readonly string _broker;
    private readonly NpgsqlDataSource _source;
    private readonly List<ServiceProcess> _workers = [];
    private readonly List<string> _violations = [];

    private SweepTrial(SeededTape tape, HttpPeer ingestion, string database, string broker)
    {
        (_tape, _ingestion, _database, _broker) = (tape, ingestion, database, broker);
        _source = NpgsqlDataSource.Create(database);
    }

    /// <param name="seed">The same makes the same bars, combinations and points; what is in flight at a point is the machine's.</param>
    /// <param name="say">Given a line for each kill.</param>
    public static async Task<SweepVerdict> RunAsync(string database, string broker, int seed, int bars, int combinations, int kills, Action<string> say)
    {
        var tape = new SeededTape(seed, bars);
        await using var trial = new SweepTrial(tape, await HttpPeer.StartAsync(tape.Map), database, broker);
        var request = new StartSweep(
            "ema-cross", [SeededTape.InstrumentId], tape.Bars.Timeframe.ToString(), Grid: "fast=2..60 slow=20..300 stop=1,2,3,4", Random: combinations, Seed: (ulong)seed);
        return await trial.RunAsync(request, seed, kills, say);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var worker in _workers) await worker.DisposeAsync();
        await _source.DisposeAsync();
        await _ingestion.DisposeAsync();
    }

    private async Task<SweepVerdict> RunAsync(StartSweep request, int seed, int kills, Action<string> say)
    {
        for (var i = 0; i < Workers; i++) _workers.Add(await StartWorkerAsync());
        await Task.WhenAll(_workers.Select(w => w.ReadyAsync()));
        var sweep = await BeginAsync(request);

        var random = new Random(seed);
        int[] points = [.. Enumerable.Range(0, kills).Select(_ => random.Next(sweep.Combinations * 9 / 10)).Order()];
        for (var kill = 1; kill <= kills; kill++)
        {
            var point = points[kill - 1];
            await Eventually.True(async () => await DoneAsync(sweep.SweepId) >= point, Patience, $"seed {seed}: the sweep comes to combination {point}");
            await Task.Delay(random.NextDouble() * LongestPause);
            // In turn: one that has just been started again has nothing to lose yet.
            var which = kill % Workers;
            var done = await DoneAsync(sweep.SweepId);
            await _workers[which].KillAsync();
            await _workers[which].DisposeAsync();
            _workers[which] = await StartWorkerAsync();
            say(string.Create(CultureInfo.InvariantCulture, $"seed {seed}, kill {kill} of {kills}: worker {which}, after {done:N0} of {sweep.Combinations:N0} combinations"));
        }

        await Eventually.True(async () => await EndsAsync(sweep.SweepId) > 0, Patience, $"seed {seed}: the sweep ends");
        return await CheckAsync(sweep, request, kills);
    }

    private Task<ServiceProcess> StartWorkerAsync() => ServiceProcess.StartAsync(
        "AlgoStack.Backtest", _database, _broker, ("ingestion", _ingestion.Address), ("signal", _ingestion.Address), ("broker-routing", _ingestion.Address));

    private async Task<SweepView> BeginAsync(StartSweep request)
    {
        using var answer = await _workers[0].Http.PostAsJsonAsync("/api/backtest/sweeps", request);
        if (!answer.IsSuccessStatusCode) throw new InvalidOperationException(await answer.Content.ReadAsStringAsync());
        return (await answer.Content.ReadFromJsonAsync<SweepView>())!;
    }

    private async Task<SweepVerdict> CheckAsync(SweepView sweep, StartSweep request, int kills)
    {
        var plan = new SweepText(request.Strategy, request.Grid) { Random = request.Random, Seed = request.Seed }.Plan(new ModelText().Settings());
        var measure = Measure.Find(request.Measure);
        var expected = Sweep.Run(_tape.Bars, "walk", plan).Outcomes;

        await _workers[0].ReadyAsync();
        var view = (await _workers[0].Http.GetFromJsonAsync<SweepView>($"/api/backtest/sweeps/{sweep.SweepId}"))!;
        if (view is not { State: "completed" }) _violations.Add($"the sweep is {view.State}: {view.Error}");
        var best = SweepBestOf(expected, measure);
        if (view.Best != best) _violations.Add($"the best is {view.Best}, expected {best}");
        if (view.Done != expected.Count) _violations.Add($"{view.Done} combinations are through, expected {expected.Count}");
        var overfitting = SweepAssessment.Find(expected, measure, request.Seed)!.Overfitting;
        if ((view.Assessment?.DeflatedSharpe, view.Assessment?.OverfittingProbability) != (overfitting.DeflatedSharpe, overfitting.CrossValidation.OverfittingProbability))
            _violations.Add($"the assessment is {view.Assessment}, expected {overfitting}");

        var found = (await OutcomesAsync(sweep.SweepId)).OrderBy(o => o.GetProperty("index").GetInt32()).Select(o => o.GetRawText()).ToList();
        string[] wanted = [.. expected.Select(o => JsonSerializer.Serialize(o, Json))];
        if (found.Count != wanted.Length) _violations.Add($"{found.Count} outcomes are in the log, expected {wanted.Length}");
        foreach (var (ours, theirs) in found.Zip(wanted).Where(pair => pair.First != pair.Second)) _violations.Add($"an outcome is {ours}, expected {theirs}");

        var parts = await PartsAsync(sweep.SweepId);
        if (!parts.Select(p => p.Part).Order().SequenceEqual(Enumerable.Range(0, parts.Count))) _violations.Add("a part is in the log twice, or one is missing");
        if (await EndsAsync(sweep.SweepId) is var ends and not 1) _violations.Add($"the sweep ended {ends} times");
        return new SweepVerdict(expected.Count, parts.Count, kills, parts.Sum(p => p.Delivery - 1), _violations);
    }

    private static SweepBest? SweepBestOf(IReadOnlyList<SweepOutcome> outcomes, Measure measure) => outcomes
        .Where(o => o.Figures is not null && measure.Of(o.Figures) is not null)
        .OrderByDescending(o => measure.Of(o.Figures!))
        .Select(o => new SweepBest(o.Index, o.Parameters, measure.Of(o.Figures!)!.Value))
        .FirstOrDefault();

    /// <summary>As the service writes them.</summary>
    private async Task<List<JsonElement>> OutcomesAsync(string sweep)
    {
        var outcomes = new List<JsonElement>();
        for (var after = 0L; ;)
        {
            var page = await _workers[0].Http.GetFromJsonAsync<JsonElement>($"/api/backtest/sweeps/{sweep}/outcomes?after={after}&limit=100&days=true");
            outcomes.AddRange(page.GetProperty("outcomes").EnumerateArray());
            var next = page.GetProperty("next").GetInt64();
            if (next == after) return outcomes;
            after = next;
        }
    }

    private async Task<List<(int Part, long Delivery)>> PartsAsync(string sweep)
    {
        await using var command = _source.CreateCommand(
            "select (data->>'Part')::int, (data->>'Delivery')::bigint from backtest.mt_events where stream_id = $1 and type = 'sweep_part_finished'");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = $"sweep-{sweep}" });
        await using var reader = await command.ExecuteReaderAsync();
        var parts = new List<(int Part, long Delivery)>();
        while (await reader.ReadAsync()) parts.Add((reader.GetInt32(0), reader.GetInt64(1)));
        return parts;
    }

    private Task<long> DoneAsync(string sweep) => ScalarAsync("select (data->>'Done')::bigint from backtest.sweeps where id = $1", sweep);

    private Task<long> EndsAsync(string sweep) => ScalarAsync(
        "select count(*) from backtest.mt_events where stream_id = $1 and type in ('sweep_finished', 'sweep_broke', 'sweep_canceled')", sweep);

    private async Task<long> ScalarAsync(string sql, string sweep)
    {
#pragma warning disable CA2100 // Its own text.
        await using var command = _source.CreateCommand(sql);
#pragma warning restore CA2100
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = $"sweep-{sweep}" });
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
