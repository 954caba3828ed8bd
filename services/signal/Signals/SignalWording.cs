using AlgoStack.Contracts.Signals;
using AlgoStack.Strategies;
using RaisedByStrategy = AlgoStack.Strategies.Signal;

namespace AlgoStack.Signal.Signals;

/// <summary>Signals into and out of their stored form: what is stored is values, what is told has names and a sentence.</summary>
public static class SignalWording
{
    public static RaisedSignal ToStored(RaisedByStrategy signal, double latencyMs)
    {
        var verdict = signal.Verdict;
        var schema = StrategyCatalog.Find(signal.Strategy).Schema;
        var inputs = verdict.Explanation.Inputs;
        var parts = verdict.Explanation.ScoreParts;
        return new RaisedSignal(
            signal.Id,
            signal.Strategy,
            signal.Instrument.Value,
            signal.Timeframe.ToString(),
            signal.Bar.CloseMs,
            signal.Bar.Close,
            verdict.Direction.ToString(),
            verdict.Score,
            verdict.Regime.ToString(),
            NullIfNaN(verdict.Target),
            NullIfNaN(verdict.Stop),
            verdict.ExpiryBars,
            inputs[..schema.Inputs.Count].ToArray(),
            verdict.Explanation.RulesHeld,
            parts[..schema.ScoreParts.Count].ToArray(),
            latencyMs);
    }

    public static BarsEvaluated ToContract(BatchEvaluated batch) => new(
        batch.SessionId,
        batch.Partition,
        batch.Sequence,
        batch.ThroughMs,
        batch.WarmUp,
        batch.EndOfSession,
        [.. batch.Signals.Select(s => ToContract(batch.SessionId, s))]);

    public static SignalRaised ToContract(string sessionId, RaisedSignal signal)
    {
        var strategy = StrategyCatalog.Find(signal.Strategy);
        var verdict = VerdictOf(signal);
        return new SignalRaised(
            signal.Id,
            sessionId,
            signal.Strategy,
            signal.Instrument,
            signal.Timeframe,
            DateTimeOffset.FromUnixTimeMilliseconds(signal.CloseMs),
            signal.Direction,
            signal.Close,
            signal.Score,
            signal.Regime,
            signal.Target,
            signal.Stop,
            signal.ExpiryBars,
            new SignalExplanation(
                Named(strategy.Schema.Inputs, signal.Inputs),
                [.. strategy.Schema.Rules.Select((rule, i) => new RuleOutcome(rule, (signal.RulesHeld & (1u << i)) != 0))],
                Named(strategy.Schema.ScoreParts, signal.ScoreParts)),
            strategy.Describe(verdict, signal.Close),
            signal.LatencyMs);
    }

    private static Verdict VerdictOf(RaisedSignal signal)
    {
        Values8 inputs = default;
        Values4 parts = default;
        signal.Inputs.CopyTo(inputs[..]);
        signal.ScoreParts.CopyTo(parts[..]);
        return new Verdict(
            Enum.Parse<SignalDirection>(signal.Direction),
            signal.Score,
            Enum.Parse<Regime>(signal.Regime),
            signal.Target ?? double.NaN,
            signal.Stop ?? double.NaN,
            signal.ExpiryBars,
            new Explanation(inputs, signal.RulesHeld, parts));
    }

    private static NamedValue[] Named(IReadOnlyList<string> names, double[] values) =>
        [.. names.Select((name, i) => new NamedValue(name, double.IsFinite(values[i]) ? values[i] : null))];

    private static double? NullIfNaN(double value) => double.IsNaN(value) ? null : value;
}
