using AlgoStack.Contracts.MarketData;
using AlgoStack.Contracts.Signals;
using AlgoStack.Engine;
using AlgoStack.Signal.Signals;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.MarketData;
using RaisedByStrategy = AlgoStack.Strategies.Signal;

namespace AlgoStack.Signal.Strategies;

/// <summary>One session's signal engine and the batch it has come to. Not safe for several threads.</summary>
public sealed class SessionEngine(Timeframe timeframe, IReadOnlyList<StrategyChoice> strategies)
{
    private readonly SignalEngine _engine = new(timeframe, [.. strategies.Select(ConfiguredStrategies.Configure)]);
    private readonly List<RaisedByStrategy> _signals = [];

    /// <summary>What it evaluates.</summary>
    public IReadOnlyList<StrategyChoice> Strategies { get; } = strategies;

    /// <summary>Sequence of the newest batch in the engine's state.</summary>
    public long LastSequence { get; private set; }

    /// <summary>The session's last batch was evaluated.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>Evaluates the next batch.</summary>
    /// <param name="batch">The batch after <see cref="LastSequence"/>.</param>
    /// <param name="latencyMs">Asked once, when the evaluation is done: milliseconds since the batch arrived.</param>
    public BatchEvaluated Evaluate(BarsClosed batch, Func<double> latencyMs)
    {
        Fold(batch.Sequence, batch.Bars, batch.WarmUp);
        HasEnded = batch.EndOfSession;
        var latency = latencyMs();
        var raised = _signals.Count == 0 ? [] : _signals.ConvertAll(s => SignalWording.ToStored(s, latency));
        _signals.Clear();

        var through = batch.Bars.Count == 0 ? 0 : batch.Bars.CloseMs[^1];
        return new BatchEvaluated(
            batch.SessionId, batch.Partition, batch.Sequence, through, batch.WarmUp, batch.EndOfSession, raised);
    }

    /// <summary>Takes a batch that was evaluated before, to come back to the state it left.</summary>
    public void Remember(long sequence, BarColumns bars)
    {
        Fold(sequence, bars, warmUp: true);
    }

    private void Fold(long sequence, BarColumns bars, bool warmUp)
    {
        if (sequence != LastSequence + 1)
        {
            throw new InvalidOperationException($"Signal engine: expected batch {LastSequence + 1}, found {sequence}.");
        }

        var indices = bars.Instruments.Select(id => _engine.IndexOf(new InstrumentId(id))).ToArray();
        for (var row = 0; row < bars.Count; row++)
        {
            var instrument = indices[bars.Instrument[row]];
            var bar = new Bar(bars.CloseMs[row], bars.Open[row], bars.High[row], bars.Low[row], bars.Close[row], bars.Volume[row]);
            if (warmUp) _engine.WarmUp(instrument, bar);
            else _engine.OnBar(instrument, bar, _signals);
        }

        LastSequence = sequence;
    }
}
