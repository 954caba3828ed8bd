using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.MarketData;

namespace AlgoStack.BarFiles;

/// <summary>Takes bars as they come and puts them in columns.</summary>
internal sealed class SeriesBuilder
{
    private const int FirstRows = 65_536;

    // What is guessed too much costs nothing, since memory that was never written to is not there; too little is copied.
    private const double Slack = 1.125;
    private const int MostGrowth = 16;

    // The bits of a rank in a sort key; what is left holds the milliseconds of the years 1900 to 9999.
    private const int RankBits = 15;

    private int[] _instrument = [];
    private long[] _closeMs = [];
    private double[] _open = [];
    private double[] _high = [];
    private double[] _low = [];
    private double[] _close = [];
    private double[] _volume = [];

    public int Count { get; private set; }

    public bool IsFull => Count == _closeMs.Length;

    /// <summary>Makes room for what is to be expected when so much of the file, 0 to 1, gave what there is.</summary>
    public void Grow(double progress)
    {
        var expected = Math.Min(Slack * Count / progress, (double)MostGrowth * Count);
        Reserve((int)Math.Clamp(expected, (double)Count + FirstRows, Array.MaxLength));
    }

    /// <summary>Makes room for that many rows in all.</summary>
    public void Reserve(int rows)
    {
        if (rows > _closeMs.Length) Resize(rows);
    }

    /// <summary>Not while it is full.</summary>
    public void Add(int instrument, in Bar bar)
    {
        var row = Count;
        _instrument[row] = instrument;
        _closeMs[row] = bar.CloseMs;
        _open[row] = bar.Open;
        _high[row] = bar.High;
        _low[row] = bar.Low;
        _close[row] = bar.Close;
        _volume[row] = bar.Volume;
        Count++;
    }

    /// <summary>The bars by (close, instrument id), of those instruments that have any. Ends the builder.</summary>
    /// <param name="instruments">What the numbers of <see cref="Add"/> mean.</param>
    /// <param name="shiftMs">Added to every time.</param>
    public BarSeries Build(Timeframe timeframe, IReadOnlyList<Instrument> instruments, long shiftMs)
    {
        Resize(Count);
        int[] used = [.. _instrument.Distinct().OrderBy(i => instruments[i].Id)];
        var ranks = new int[instruments.Count];
        for (var rank = 0; rank < used.Length; rank++) ranks[used[rank]] = rank;

        var isInOrder = true;
        var previous = long.MinValue;
        for (var row = 0; row < Count; row++)
        {
            _closeMs[row] += shiftMs;
            _instrument[row] = ranks[_instrument[row]];
            isInOrder &= Key(row) >= previous;
            previous = Key(row);
        }

        if (!isInOrder) Sort();
        return new BarSeries(timeframe, [.. used.Select(i => instruments[i])], _instrument, _closeMs, _open, _high, _low, _close, _volume);
    }

    private void Resize(int rows)
    {
        Array.Resize(ref _instrument, rows);
        Array.Resize(ref _closeMs, rows);
        Array.Resize(ref _open, rows);
        Array.Resize(ref _high, rows);
        Array.Resize(ref _low, rows);
        Array.Resize(ref _close, rows);
        Array.Resize(ref _volume, rows);
    }

    private long Key(int row) => (_closeMs[row] << RankBits) | (uint)_instrument[row];

    private void Sort()
    {
        var keys = new long[Count];
        var order = new int[Count];
        for (var row = 0; row < order.Length; row++) (keys[row], order[row]) = (Key(row), row);
        Array.Sort(keys, order);
        _instrument = Column.Reorder(_instrument, order);
        _closeMs = Column.Reorder(_closeMs, order);
        _open = Column.Reorder(_open, order);
        _high = Column.Reorder(_high, order);
        _low = Column.Reorder(_low, order);
        _close = Column.Reorder(_close, order);
        _volume = Column.Reorder(_volume, order);
    }
}
