using System.Diagnostics.Metrics;
using AlgoStack.Contracts.MarketData;
using AlgoStack.Contracts.Signals;
using AlgoStack.EventStore.Streams;
using AlgoStack.ServiceDefaults.Clients;
using AlgoStack.Trading.MarketData;

namespace AlgoStack.Signal.Strategies;

/// <summary>
/// The engines of the sessions at work. One that is not where its stored watermark is (after a restart, or a commit
/// that failed) is folded anew from the tape.
/// </summary>
public sealed class SessionEngines(TapeClient tape, EventLog log, ConfiguredStrategies configured)
{
    /// <summary>Sessions kept in memory; the one longest unused makes room, and is folded anew if it speaks again.</summary>
    private const int MostSessions = 16;

    private static readonly Meter Meter = new("AlgoStack.Signal");
    private static readonly Gauge<int> Running = Meter.CreateGauge<int>(
        "algostack.strategies.running", "{strategy}", "Strategies at work, over the sessions that have not ended.");

    private readonly Dictionary<(string SessionId, int Partition), SessionEngine> _engines = [];
    private readonly List<(string SessionId, int Partition)> _byUse = [];

    /// <summary>The engine for the batch, standing at the batch before it.</summary>
    public async Task<SessionEngine> ForAsync(BarsClosed batch, CancellationToken cancellationToken)
    {
        var key = (batch.SessionId, batch.Partition);
        if (!_engines.TryGetValue(key, out var engine) || engine.LastSequence != batch.Sequence - 1)
        {
            engine = await FoldAsync(batch, cancellationToken);
            _engines[key] = engine;
        }

        _byUse.Remove(key);
        _byUse.Add(key);
        if (_byUse.Count > MostSessions)
        {
            _engines.Remove(_byUse[0]);
            _byUse.RemoveAt(0);
        }

        return engine;
    }

    public void TellRunning() => Running.Record(_engines.Values.Where(e => !e.HasEnded).Sum(e => e.Strategies.Count));

    /// <summary>Those the session began with, whatever is configured since.</summary>
    private async Task<IReadOnlyList<StrategyChoice>> StrategiesAsync(BarsClosed batch, CancellationToken cancellationToken)
    {
        var stream = await log.OpenSession().FetchStreamAsync(
            StrategiesChosen.StreamOf(batch.SessionId, batch.Partition), cancellationToken: cancellationToken);
        return stream.Count == 0 ? configured.Choices : ((StrategiesChosen)stream[0].Data).Strategies;
    }

    private async Task<SessionEngine> FoldAsync(BarsClosed batch, CancellationToken cancellationToken)
    {
        if (!Timeframe.TryParse(batch.Timeframe, out var timeframe))
        {
            throw new InvalidDataException($"Session {batch.SessionId}: expected a timeframe such as 1m, found '{batch.Timeframe}'.");
        }

        var engine = new SessionEngine(timeframe, await StrategiesAsync(batch, cancellationToken));
        await foreach (var block in tape.ReadBarsAsync(batch.SessionId, 1, batch.Sequence - 1, cancellationToken))
        {
            engine.Remember(engine.LastSequence + 1, block);
        }

        return engine;
    }
}
