using AlgoStack.Trading.MarketData;

namespace AlgoStack.Indicators;

/// <summary>An indicator that is pushed bars without its type being known.</summary>
public abstract class RunningIndicator
{
    /// <summary>Bars needed before every output has a value.</summary>
    public abstract int WarmUp { get; }

    public abstract bool IsWarm { get; }

    /// <param name="other">The bar of the second series; read only by an indicator of two.</param>
    /// <param name="outputs">Takes the outputs, in the order of <see cref="IndicatorEntry.Outputs"/>; NaN for what has no value yet.</param>
    public abstract void Push(in Bar bar, in Bar other, Span<double> outputs);

    public void Push(in Bar bar, Span<double> outputs) => Push(bar, bar, outputs);
}

internal delegate void PushBar<TIndicator>(ref TIndicator indicator, in Bar bar, in Bar other, Span<double> outputs);

internal sealed class RunningIndicator<TIndicator>(TIndicator indicator, PushBar<TIndicator> push) : RunningIndicator
    where TIndicator : struct, IIndicator
{
    private TIndicator _indicator = indicator;

    public override int WarmUp => _indicator.WarmUp;

    public override bool IsWarm => _indicator.IsWarm;

    public override void Push(in Bar bar, in Bar other, Span<double> outputs) => push(ref _indicator, bar, other, outputs);
}
