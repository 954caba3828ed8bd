using System.Globalization;
using AlgoStack.Contracts.Backtests;
using AlgoStack.Contracts.Orders;
using AlgoStack.Contracts.Signals;
using AlgoStack.ServiceDefaults.Clients;
using AlgoStack.ServiceDefaults.Problems;
using AlgoStack.Simulation;
using AlgoStack.Strategies;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Risk;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AlgoStack.Backtest.Backtests;

/// <summary>
/// <c>POST /api/backtest/parity/{session}</c>: runs the session's bars, read from the tape, through the engines, and
/// compares every signal and every order intent with what the session did live.
/// </summary>
public sealed class CheckParity(TapeData data, EvaluationClient evaluations, RoutingClient routing)
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapPost(
        "/api/backtest/parity/{session}",
        async Task<Results<Ok<ParityReport>, ProblemHttpResult>> (string session, CheckParity parity, CancellationToken cancellationToken) =>
        {
            try
            {
                return TypedResults.Ok(await parity.RunAsync(session, cancellationToken));
            }
            catch (NoDataException e)
            {
                return Problem.NotFound("session_unknown", e.Message);
            }
        }).ProducesProblem(StatusCodes.Status404NotFound);

    public async Task<ParityReport> RunAsync(string sessionId, CancellationToken cancellationToken)
    {
        var stretches = await data.OfSessionAsync(sessionId, cancellationToken);
        var controls = (await routing.GetControlsAsync(sessionId, cancellationToken)).ToLookup(c => c.AfterSequence);
        using var run = new BacktestRun(new TradingSettings($"paper-{sessionId}"), stretches[0].Bars.Timeframe, await StrategiesAsync(sessionId, cancellationToken));
        foreach (var stretch in stretches)
        {
            foreach (var control in controls[stretch.Sequence - 1])
            {
                run.Session.Switch(control.Kind switch
                {
                    "halt" => TradingState.Halted,
                    "reduce" => TradingState.Reducing,
                    _ => TradingState.Active,
                });
            }

            if (stretch.WarmUp) run.WarmUp(stretch.Bars);
            else run.Run(stretch.Bars, 0, stretch.Bars.Count);
        }

        var signals = await CompareSignalsAsync(sessionId, run.Signals, stretches[^1].Sequence, cancellationToken);
        var intents = await CompareIntentsAsync(sessionId, run.Session.OrderEvents, cancellationToken);
        var progress = await routing.FindProgressAsync(sessionId, cancellationToken);
        return new ParityReport(
            sessionId,
            Score(signals, intents),
            signals.Equal,
            signals.Live,
            signals.Backtest,
            intents.Equal,
            intents.Live,
            intents.Backtest,
            progress?.OrderListHash ?? "",
            run.Session.OrderListHash,
            signals.FirstDifference ?? intents.FirstDifference,
            Report.Statistics(run));
    }

    /// <summary>Those that the session ran, or the usual ones where it has evaluated nothing.</summary>
    private async Task<IReadOnlyList<ConfiguredStrategy>> StrategiesAsync(string sessionId, CancellationToken cancellationToken) =>
        await evaluations.FindStrategiesAsync(sessionId, cancellationToken) is { } choices
            ? [.. choices.Select(Plans.Configured)]
            : StrategyCatalog.Usual;

    private static double Score(Comparison signals, Comparison intents)
    {
        if (signals.Live == 0 || signals.Backtest == 0 || intents.Live == 0 || intents.Backtest == 0) return 0;

        return (double)(signals.Equal + intents.Equal)
            / (Math.Max(signals.Live, signals.Backtest) + Math.Max(intents.Live, intents.Backtest));
    }

    private async Task<Comparison> CompareSignalsAsync(string sessionId, List<Signal> mine, long last, CancellationToken cancellationToken)
    {
        var comparison = new Comparison("Signal", mine.Count);
        var byId = mine.ToDictionary(s => s.Id.Value, StringComparer.Ordinal);
        await foreach (var evaluated in evaluations.ReadAsync(sessionId, 0, 1, last, cancellationToken))
        {
            foreach (var live in evaluated.Signals)
            {
                byId.Remove(live.SignalId, out var signal);
                comparison.Take(signal is null ? null : Differs(live, signal), live.SignalId, $"{live.Strategy} {live.Instrument} {live.BarClose:O}", signal is not null);
            }
        }

        if (mine.Find(s => byId.ContainsKey(s.Id.Value)) is { } alone) comparison.Miss(alone.Id.Value, $"{alone.Strategy} {alone.Instrument} {alone.Bar.CloseTime:O}");
        return comparison;
    }

    private async Task<Comparison> CompareIntentsAsync(string sessionId, List<OrderEvent> events, CancellationToken cancellationToken)
    {
        var intents = events.OfType<Trading.Orders.OrderRequested>().Select(r => r.Intent).ToList();
        var mine = intents.ToDictionary(i => i.OrderId.Value, StringComparer.Ordinal);
        var comparison = new Comparison("Order intent", intents.Count);
        await foreach (var live in routing.ReadIntentsAsync(sessionId, cancellationToken))
        {
            mine.Remove(live.OrderId, out var intent);
            comparison.Take(intent is null ? null : Differs(live, intent), live.OrderId, $"{live.Strategy} {live.Instrument} {live.At:O}", intent is not null);
        }

        if (intents.Find(i => mine.ContainsKey(i.OrderId.Value)) is { } alone) comparison.Miss(alone.OrderId.Value, $"{alone.Strategy} {alone.Instrument} {alone.At:O}");
        return comparison;
    }

    /// <summary>The first thing of time, direction, score and explanation that is not the same to the bit, or null.</summary>
    private static string? Differs(SignalRaised live, Signal mine)
    {
        var verdict = mine.Verdict;
        if (live.BarClose != mine.Bar.CloseTime) return Text($"bar close {live.BarClose:O}, backtest {mine.Bar.CloseTime:O}");
        if (live.Direction != verdict.Direction.ToString()) return $"direction {live.Direction}, backtest {verdict.Direction}";
        if (!Same(live.Score, verdict.Score)) return Text($"score {live.Score:R}, backtest {verdict.Score:R}");
        if (!Same(live.Close, mine.Bar.Close)) return Text($"close {live.Close:R}, backtest {mine.Bar.Close:R}");
        if (live.Regime != mine.Market.Regime.ToString()) return $"regime {live.Regime}, backtest {mine.Market.Regime}";
        if (live.Condition != mine.Market.Condition.ToString()) return $"condition {live.Condition}, backtest {mine.Market.Condition}";
        if (!Same(live.VolumeScore, mine.Market.VolumeScore) || !Same(live.Quality, mine.Quality)) return "volume score or quality";
        if (!Same(live.Target, verdict.Target) || !Same(live.Stop, verdict.Stop) || live.ExpiryBars != verdict.ExpiryBars) return "target, stop or expiry";
        if (!Same(live.FlipClose, verdict.FlipClose)) return Text($"flip close {live.FlipClose:R}, backtest {verdict.FlipClose:R}");

        var inputs = verdict.Explanation.Inputs;
        for (var i = 0; i < live.Explanation.Inputs.Count; i++)
        {
            var input = live.Explanation.Inputs[i];
            if (!Same(input.Value, inputs[i])) return Text($"input {input.Name} {input.Value:R}, backtest {inputs[i]:R}");
        }

        for (var i = 0; i < live.Explanation.Rules.Count; i++)
        {
            var rule = live.Explanation.Rules[i];
            if (rule.Held != ((verdict.Explanation.RulesHeld & (1u << i)) != 0)) return $"rule '{rule.Rule}' held {rule.Held} live";
        }

        var parts = verdict.Explanation.ScoreParts;
        for (var i = 0; i < live.Explanation.ScoreParts.Count; i++)
        {
            var part = live.Explanation.ScoreParts[i];
            if (!Same(part.Value, parts[i])) return Text($"score part {part.Name} {part.Value:R}, backtest {parts[i]:R}");
        }

        return null;
    }

    private static string? Differs(OrderIntentView live, OrderIntent mine) =>
        live.Strategy == mine.Strategy && live.Instrument == mine.Instrument.Value && live.Side == mine.Side.ToString()
            && live.Quantity == mine.Quantity && live.Type == mine.Type.ToString() && live.At == mine.At
            ? null
            : Text($"{live.Side} {live.Quantity} {live.Instrument}, backtest {mine.Side} {mine.Quantity} {mine.Instrument}");

    /// <summary>Null stands for what is no finite number.</summary>
    private static bool Same(double? live, double mine) =>
        live is { } value ? BitConverter.DoubleToInt64Bits(value) == BitConverter.DoubleToInt64Bits(mine) : !double.IsFinite(mine);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private sealed class Comparison(string kind, long backtest)
    {
        public long Live { get; private set; }

        public long Backtest { get; } = backtest;

        public long Equal { get; private set; }

        public string? FirstDifference { get; private set; }

        public void Take(string? difference, string id, string what, bool found)
        {
            Live++;
            if (found && difference is null) Equal++;
            else FirstDifference ??= $"{kind} {id} ({what}): {difference ?? "the backtest has none"}.";
        }

        /// <summary>The backtest has it, and live did not.</summary>
        public void Miss(string id, string what) => FirstDifference ??= $"{kind} {id} ({what}): live has none.";
    }
}
