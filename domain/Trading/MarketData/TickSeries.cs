using System.Globalization;
using System.Runtime.CompilerServices;
using AlgoStack.Trading.Instruments;

namespace AlgoStack.Trading.MarketData;

/// <summary>
/// Trades and quotes of several instruments in columns, 45 bytes a tick, in the order of time; those of one time are in the order
/// in which they happened, as far as the source knows. Row <c>i</c> belongs to <c>Instruments[Instrument[i]]</c>. All columns
/// have one length; see <see cref="Tick"/> for what is in them.
/// </summary>
public sealed class TickSeries
{
    /// <exception cref="ArgumentException">
    /// Columns of more than one length, a row that is before the one before it or of no instrument, or one that is no tick.
    /// </exception>
    public TickSeries(
        IReadOnlyList<Instrument> instruments,
        int[] instrument,
        long[] timeUs,
        TickKind[] kind,
        double[] price,
        double[] size,
        double[] ask,
        double[] askSize)
    {
        (Instruments, Instrument, TimeUs, Kind, Price, Size, Ask, AskSize) = (instruments, instrument, timeUs, kind, price, size, ask, askSize);
        if (Wrong() is { } wrong) throw new ArgumentException($"Ticks: {wrong}.", nameof(timeUs));
    }

    public IReadOnlyList<Instrument> Instruments { get; }

    public int[] Instrument { get; }

    /// <summary>Unix microseconds, UTC, never falling.</summary>
    public long[] TimeUs { get; }

    public TickKind[] Kind { get; }

    /// <summary>Of a trade its price, of a quote the bid.</summary>
    public double[] Price { get; }

    public double[] Size { get; }

    public double[] Ask { get; }

    public double[] AskSize { get; }

    public int Count => TimeUs.Length;

    public Tick this[int row]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(TimeUs[row], Kind[row], Price[row], Size[row], Ask[row], AskSize[row]);
    }

    private string? Wrong()
    {
        foreach (var length in (ReadOnlySpan<int>)[Instrument.Length, Kind.Length, Price.Length, Size.Length, Ask.Length, AskSize.Length])
        {
            if (length != Count) return Text($"expected columns of {Count} rows, found one of {length}");
        }

        var before = long.MinValue;
        for (var row = 0; row < Count; row++)
        {
            if ((uint)Instrument[row] >= (uint)Instruments.Count) return Text($"row {row}: expected one of {Instruments.Count} instruments, found {Instrument[row]}");
            if (TimeUs[row] < before) return Text($"row {row}: expected a time of at least {before}, found {TimeUs[row]}");
            if (this[row].Problem() is { } problem) return Text($"row {row}: {problem}");
            before = TimeUs[row];
        }

        return null;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
