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
    public abstract Verdict? OnBar(int instrument, in Bar bar);

    /// <summary>Takes rows <paramref name="from"/> to before <paramref name="to"/>, as <see cref="OnBar"/> would one by one.</summary>
    /// <param name="instruments">The index of each of the series' instruments; <see cref="None"/> for one that is not followed.</param>
    /// <param name="found">Each verdict is added, with its row and its counterpart.</param>
    public abstract void OnBars(BarSeries bars, int[] instruments, int from, int to, List<FoundVerdict> found);
}

/// <summary>A verdict at a row of a series.</summary>
public readonly record struct FoundVerdict(int Row, int Counterpart, Verdict Verdict);

internal sealed class StrategyRunner<TStrategy>(ParameterValues parameters) : StrategyRunner
    where TStrategy : struct, IStrategy<TStrategy>
{
    private TStrategy[] _states = [];

    public override void Add(int instrument, InstrumentId id)
    {
        if (instrument >= _states.Length) Array.Resize(ref _states, Math.Max(instrument + 1, _states.Length * 2));
        _states[instrument] = TStrategy.Create(parameters);
    }

    public override Verdict? OnBar(int instrument, in Bar bar) => _states[instrument].OnBar(bar);

    public override void OnBars(BarSeries bars, int[] instruments, int from, int to, List<FoundVerdict> found)
    {
        if (bars.Instruments.Count == 1)
        {
            if (instruments[0] is not None) TStrategy.OnBars(ref _states[instruments[0]], bars, from, to, found);
            return;
        }

        var (states, column) = (_states, bars.Instrument);
        for (var row = from; row < to; row++)
        {
            var instrument = instruments[column[row]];
            if (instrument is not None && states[instrument].OnBar(bars[row]) is { } verdict) found.Add(new FoundVerdict(row, None, verdict));
        }
    }
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

    public override Verdict? OnBar(int instrument, in Bar bar)
    {
        if (instrument == _first) _firstBar = bar;
        else _secondBar = bar;

        if (_firstBar.CloseMs != _secondBar.CloseMs || _state[0].OnBars(_firstBar, _secondBar) is not { } verdict) return null;

        _counterpart = instrument == _first ? _second : _first;
        return instrument == _second ? verdict.Mirrored() : verdict;
    }

    public override void OnBars(BarSeries bars, int[] instruments, int from, int to, List<FoundVerdict> found)
    {
        for (var row = from; row < to; row++)
        {
            var instrument = instruments[bars.Instrument[row]];
            if (instrument is not None && OnBar(instrument, bars[row]) is { } verdict) found.Add(new FoundVerdict(row, _counterpart, verdict));
        }
    }
}
