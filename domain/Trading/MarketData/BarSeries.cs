using System.Runtime.CompilerServices;
using AlgoStack.Trading.Instruments;

namespace AlgoStack.Trading.MarketData;

/// <summary>
/// Bars of several instruments in columns, in the order of (close, instrument id): row <c>i</c> belongs to
/// <c>Instruments[Instrument[i]]</c>. All columns have one length.
/// </summary>
public sealed record BarSeries(
    Timeframe Timeframe,
    IReadOnlyList<Instrument> Instruments,
    int[] Instrument,
    long[] CloseMs,
    double[] Open,
    double[] High,
    double[] Low,
    double[] Close,
    double[] Volume)
{
    public int Count => CloseMs.Length;

    /// <summary>Splits and dividends of the instruments, in the order of <see cref="CorporateAction.Compare"/>; prices are raw.</summary>
    public IReadOnlyList<CorporateAction> Actions { get; init; } = [];

    public Bar this[int row]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(CloseMs[row], Open[row], High[row], Low[row], Close[row], Volume[row]);
    }
}
