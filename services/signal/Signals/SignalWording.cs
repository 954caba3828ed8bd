using AlgoStack.Contracts.Signals;
using AlgoStack.Strategies;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Signals;
using RaisedByStrategy = AlgoStack.Strategies.Signal;

namespace AlgoStack.Signal.Signals;

/// <summary>Signals into and out of their stored form: what is stored is values, what is told has names and a sentence.</summary>
public static class SignalWording
{
    public static RaisedSignal ToStored(RaisedByStrategy signal, double latencyMs)
    {
        var (verdict, market) = (signal.Verdict, signal.Market);
        var schema = StrategyCatalog.Find(signal.Strategy).Schema;
        var inputs = verdict.Explanation.Inputs;
        var parts = verdict.Explanation.ScoreParts;
        return new RaisedSignal(
            signal.Id.Value,
            signal.Strategy,
            signal.Instrument.Value,
            signal.Timeframe.ToString(),
            signal.Bar.CloseMs,
            signal.Bar.Close,
            verdict.Direction.ToString(),
            verdict.Score,
            market.Regime.ToString(),
            NullIfNaN(verdict.Target),
            NullIfNaN(verdict.Stop),
            verdict.ExpiryBars,
            inputs[..schema.Inputs.Count].ToArray(),
            verdict.Explanation.RulesHeld,
            parts[..schema.ScoreParts.Count].ToArray(),
            latencyMs,
            signal.Parameters,
            market.Condition.ToString(),
            NullIfNaN(market.VolumeScore),
            NullIfNaN(verdict.FlipClose),
            signal.Quality);
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
        var raised = ToDomain(signal);
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
            strategy.Describe(raised),
            signal.LatencyMs,
            signal.Parameters,
            signal.Condition,
            signal.VolumeScore,
            signal.Quality,
            NullIfNaN(raised.RiskPercent),
            signal.FlipClose);
    }

    private static RaisedByStrategy ToDomain(RaisedSignal signal)
    {
        Values8 inputs = default;
        Values4 parts = default;
        signal.Inputs.CopyTo(inputs[..]);
        signal.ScoreParts.CopyTo(parts[..]);
        var verdict = new Verdict(
            Enum.Parse<SignalDirection>(signal.Direction),
            signal.Score,
            signal.Target ?? double.NaN,
            signal.Stop ?? double.NaN,
            signal.ExpiryBars,
            signal.FlipClose ?? double.NaN,
            new Explanation(inputs, signal.RulesHeld, parts));
        return new RaisedByStrategy(
            new SignalId(signal.Id),
            signal.Strategy,
            signal.Parameters,
            new InstrumentId(signal.Instrument),
            Timeframe.Parse(signal.Timeframe),
            new Bar(signal.CloseMs, signal.Close, signal.Close, signal.Close, signal.Close, Volume: 0),
            verdict,
            new MarketContext(Enum.Parse<Regime>(signal.Regime), Enum.Parse<MarketCondition>(signal.Condition), signal.VolumeScore ?? double.NaN),
            signal.Quality);
    }

    private static NamedValue[] Named(IReadOnlyList<string> names, double[] values) =>
        [.. names.Select((name, i) => new NamedValue(name, double.IsFinite(values[i]) ? values[i] : null))];

    private static double? NullIfNaN(double value) => double.IsNaN(value) ? null : value;
}
