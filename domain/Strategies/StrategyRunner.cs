using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Parameters;

namespace AlgoStack.Strategies;

/// <summary>
/// One strategy at work over many instruments, each with a state of its own. Instruments are told apart by the caller's
/// index, counted from 0. <see cref="ConfiguredStrategy"/> makes one.
/// </summary>
public abstract class StrategyRunner
{
    /// <summary>No instrument's index.</summary>
    public const int None = -1;

    /// <summary>The other instrument, of which the last verdict wants the opposite; <see cref="None"/> where there is none.</summary>
    public virtual int Counterpart => None;

    /// <summary>Says what index an instrument has, before its first bar.</summary>
    public abstract void Add(int instrument, InstrumentId id);

    /// <inheritdoc cref="IStrategy{TSelf}.OnBar"/>
    public abstract bool OnBar(int instrument, in Bar bar, out Verdict verdict);
}

internal sealed class StrategyRunner<TStrategy>(ParameterValues parameters) : StrategyRunner
    where TStrategy : struct, IStrategy<TStrategy>
{
    private TStrategy[] _states = [];

    public override void Add(int instrument, InstrumentId id)
    {
        if (instrument >= _states.Length) Array.Resize(ref _states, Math.Max(instrument + 1, _states.Length * 2));
        _states[instrument] = TStrategy.Create(parameters);
    }

    public override bool OnBar(int instrument, in Bar bar, out Verdict verdict) => _states[instrument].OnBar(bar, out verdict);
}

internal sealed class PairRunner<TStrategy>(ParameterValues parameters, InstrumentId first) : StrategyRunner
    where TStrategy : struct, IPairStrategy<TStrategy>
{
    // An element: a call on a readonly field would be one on a copy.
    private readonly TStrategy[] _state = [TStrategy.Create(parameters)];
    private int _first = None;
    private int _second = None;
    private int _counterpart = None;
    private Bar _firstBar;
    private Bar _secondBar;

    public override int Counterpart => _counterpart;

    public override void Add(int instrument, InstrumentId id)
    {
        if (id == first) _first = instrument;
        else _second = instrument;
    }

    public override bool OnBar(int instrument, in Bar bar, out Verdict verdict)
    {
        if (instrument == _first) _firstBar = bar;
        else _secondBar = bar;

        if (_firstBar.CloseMs != _secondBar.CloseMs || !_state[0].OnBars(_firstBar, _secondBar, out verdict))
        {
            verdict = default;
            return false;
        }

        _counterpart = instrument == _first ? _second : _first;
        if (instrument == _second) verdict = verdict.Mirrored();
        return true;
    }
}
