using AlgoStack.Trading.MarketData;

namespace AlgoStack.Strategies;

/// <summary>
/// One strategy over many instruments, each with a state of its own. Instruments are told apart by the caller's index,
/// counted from 0; a new index begins a new state. <see cref="StrategyCatalog"/> makes one by name.
/// </summary>
public abstract class StrategyRunner
{
    public abstract string Name { get; }

    /// <inheritdoc cref="IStrategy{TSelf}.OnBar"/>
    public abstract bool OnBar(int instrument, in Bar bar, out Verdict verdict);
}

public sealed class StrategyRunner<TStrategy> : StrategyRunner
    where TStrategy : struct, IStrategy<TStrategy>
{
    private TStrategy[] _states = [];

    public override string Name => TStrategy.Name;

    public override bool OnBar(int instrument, in Bar bar, out Verdict verdict)
    {
        if ((uint)instrument >= (uint)_states.Length) GrowTo(instrument);
        return _states[instrument].OnBar(bar, out verdict);
    }

    private void GrowTo(int instrument)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(instrument);
        var known = _states.Length;
        Array.Resize(ref _states, Math.Max(instrument + 1, known * 2));
        for (var i = known; i < _states.Length; i++) _states[i] = TStrategy.Create();
    }
}
