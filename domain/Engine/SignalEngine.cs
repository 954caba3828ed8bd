using AlgoStack.Strategies;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Signals;

namespace AlgoStack.Engine;

/// <summary>
/// Feeds each bar to every strategy that trades its instrument and turns changed wishes into signals. Its state is a fold
/// over all bars of a session, warm-up first: exponential averages never forget, so no shorter window gives the same.
/// </summary>
public sealed class SignalEngine
{
    private readonly Timeframe _timeframe;
    private readonly (ConfiguredStrategy Strategy, StrategyRunner Runner)[] _strategies;
    private readonly Dictionary<InstrumentId, int> _indices = [];
    private Followed[] _instruments = [];

    /// <exception cref="ArgumentException">Two are of one name: their orders could not be told apart.</exception>
    public SignalEngine(Timeframe timeframe, IReadOnlyList<ConfiguredStrategy> strategies)
    {
        _timeframe = timeframe;
        _strategies = [.. strategies.OrderBy(s => s.Name, StringComparer.Ordinal).Select(s => (s, s.NewRunner()))];
        for (var i = 1; i < _strategies.Length; i++)
        {
            if (_strategies[i].Strategy.Name == _strategies[i - 1].Strategy.Name)
                throw new ArgumentException($"Strategies: expected each once, found {_strategies[i].Strategy.Name} twice.", nameof(strategies));
        }
    }

    /// <summary>The index to call an instrument by; the first call with an id adds it.</summary>
    public int IndexOf(InstrumentId id)
    {
        if (_indices.TryGetValue(id, out var index)) return index;

        index = _indices.Count;
        _indices.Add(id, index);
        (ConfiguredStrategy Strategy, StrategyRunner Runner)[] traded = [.. _strategies.Where(s => s.Strategy.Trades(id))];
        foreach (var (_, runner) in traded) runner.Add(index, id);
        _instruments = [.. _instruments, new Followed(id, traded)];
        return index;
    }

    /// <summary>Takes a bar of history from before the session: evaluated like any other, without raising a signal.</summary>
    public void WarmUp(int instrument, in Bar bar)
    {
        var followed = _instruments[instrument];
        followed.History.Add(bar);
        foreach (var (_, runner) in followed.Strategies) runner.OnBar(instrument, bar, out _);
    }

    /// <summary>Takes the next bar; its signals are added in the order of the strategies' names.</summary>
    public void OnBar(int instrument, in Bar bar, List<Signal> signals)
    {
        var followed = _instruments[instrument];
        followed.History.Add(bar);
        foreach (var (strategy, runner) in followed.Strategies)
        {
            if (!runner.OnBar(instrument, bar, out var verdict)) continue;

            if (runner.Counterpart is not StrategyRunner.None and var other) signals.Add(Raise(strategy, _instruments[other], verdict.Mirrored()));
            signals.Add(Raise(strategy, followed, verdict));
        }
    }

    private Signal Raise(ConfiguredStrategy strategy, Followed followed, in Verdict verdict)
    {
        var bar = followed.History.Newest;
        var market = followed.History.Context();
        return new Signal(
            SignalId.For(strategy.Name, strategy.ParameterText, followed.Id, _timeframe, bar.CloseMs),
            strategy.Name,
            strategy.ParameterText,
            followed.Id,
            _timeframe,
            bar,
            verdict,
            market,
            SignalQuality.Of(strategy.Schema.Kind, verdict.Score, market));
    }

    private sealed class Followed(InstrumentId id, (ConfiguredStrategy Strategy, StrategyRunner Runner)[] strategies)
    {
        public InstrumentId Id { get; } = id;

        public BarHistory History { get; } = new();

        public (ConfiguredStrategy Strategy, StrategyRunner Runner)[] Strategies { get; } = strategies;
    }
}
