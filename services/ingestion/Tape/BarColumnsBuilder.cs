using AlgoStack.Contracts.MarketData;
using AlgoStack.Trading.MarketData;

namespace AlgoStack.Ingestion.Tape;

/// <summary>Collects rows into columns.</summary>
internal sealed class BarColumnsBuilder(int capacity = 0)
{
    private readonly List<int> _instrument = new(capacity);
    private readonly List<Bar> _bars = new(capacity);

    public int Count => _bars.Count;

    /// <param name="instrument">Its place in the names that <see cref="Build"/> is given.</param>
    public void Add(int instrument, in Bar bar)
    {
        _instrument.Add(instrument);
        _bars.Add(bar);
    }

    public BarColumns Build(IReadOnlyList<string> names)
    {
        var count = _bars.Count;
        var columns = new BarColumns(
            names, [.. _instrument], new long[count], new double[count], new double[count], new double[count], new double[count], new double[count]);
        for (var row = 0; row < count; row++)
        {
            var bar = _bars[row];
            columns.CloseMs[row] = bar.CloseMs;
            columns.Open[row] = bar.Open;
            columns.High[row] = bar.High;
            columns.Low[row] = bar.Low;
            columns.Close[row] = bar.Close;
            columns.Volume[row] = bar.Volume;
        }

        return columns;
    }
}
