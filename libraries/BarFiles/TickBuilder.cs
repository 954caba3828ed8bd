using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.MarketData;

namespace AlgoStack.BarFiles;

/// <summary>Takes ticks as they come and puts them in columns.</summary>
internal sealed class TickBuilder
{
    private const int FirstRows = 65_536;

    private readonly List<Instrument> _instruments = [];
    private int[] _instrument = [];
    private long[] _timeUs = [];
    private TickKind[] _kind = [];
    private double[] _price = [];
    private double[] _size = [];
    private double[] _ask = [];
    private double[] _askSize = [];

    public int Count { get; private set; }

    /// <summary>What to call an instrument by.</summary>
    public int NumberOf(Instrument instrument)
    {
        var number = _instruments.FindIndex(i => i.Id == instrument.Id);
        if (number >= 0) return number;

        _instruments.Add(instrument);
        return _instruments.Count - 1;
    }

    public void Add(int instrument, in Tick tick)
    {
        if (Count == _timeUs.Length) Resize((int)Math.Clamp(2L * Count, FirstRows, Array.MaxLength));
        var row = Count++;
        _instrument[row] = instrument;
        _timeUs[row] = tick.TimeUs;
        _kind[row] = tick.Kind;
        _price[row] = tick.Price;
        _size[row] = tick.Size;
        _ask[row] = tick.Ask;
        _askSize[row] = tick.AskSize;
    }

    /// <summary>
    /// The ticks in the order of time, those of one time as they were added, of those instruments that have any, which are by id.
    /// Ends the builder.
    /// </summary>
    public TickSeries Build()
    {
        Resize(Count);
        int[] used = [.. _instrument.Distinct().OrderBy(i => _instruments[i].Id)];
        var ranks = new int[_instruments.Count];
        for (var rank = 0; rank < used.Length; rank++) ranks[used[rank]] = rank;

        var isInOrder = true;
        for (var row = 0; row < Count; row++)
        {
            _instrument[row] = ranks[_instrument[row]];
            isInOrder &= row == 0 || _timeUs[row] >= _timeUs[row - 1];
        }

        if (!isInOrder) Sort();
        return new TickSeries([.. used.Select(i => _instruments[i])], _instrument, _timeUs, _kind, _price, _size, _ask, _askSize);
    }

    private void Resize(int rows)
    {
        Array.Resize(ref _instrument, rows);
        Array.Resize(ref _timeUs, rows);
        Array.Resize(ref _kind, rows);
        Array.Resize(ref _price, rows);
        Array.Resize(ref _size, rows);
        Array.Resize(ref _ask, rows);
        Array.Resize(ref _askSize, rows);
    }

    private void Sort()
    {
        var order = new int[Count];
        for (var row = 0; row < order.Length; row++) order[row] = row;
        Array.Sort(_timeUs, order);

        // The sort leaves those of one time in any order.
        for (var from = 0; from < order.Length;)
        {
            var to = from + 1;
            while (to < order.Length && _timeUs[to] == _timeUs[from]) to++;
            if (to - from > 1) Array.Sort(order, from, to - from);
            from = to;
        }

        _instrument = Column.Reorder(_instrument, order);
        _kind = Column.Reorder(_kind, order);
        _price = Column.Reorder(_price, order);
        _size = Column.Reorder(_size, order);
        _ask = Column.Reorder(_ask, order);
        _askSize = Column.Reorder(_askSize, order);
    }
}
