using System.Globalization;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.MarketData;

namespace AlgoStack.BarFiles;

/// <summary>Several series of one timeframe as one. A bar that two of them have counts once.</summary>
internal sealed class SeriesMerge
{
    private readonly List<Instrument> _instruments = [];
    private readonly List<(string Path, BarSeries Series, int[] Numbers)> _added = [];

    /// <exception cref="BarFileException">It differs from those before in timeframe or in the terms of an instrument.</exception>
    public void Add(string path, BarSeries series)
    {
        if (_added.Count > 0 && series.Timeframe != _added[0].Series.Timeframe)
        {
            throw new BarFileException(
                BarFileException.NoTimeframe, $"{path}: expected bars of {_added[0].Series.Timeframe} as in {_added[0].Path}, found {series.Timeframe}.");
        }

        _added.Add((path, series, [.. series.Instruments.Select(i => NumberOf(path, i))]));
    }

    /// <exception cref="BarFileException">Two have a bar of one instrument and close, with other values.</exception>
    public BarSeries Build()
    {
        if (_added.Count == 1) return _added[0].Series;

        var merged = Concatenated().Build(_added[0].Series.Timeframe, _instruments, shiftMs: 0);
        var kept = new SeriesBuilder();
        kept.Reserve(merged.Count);
        for (var row = 0; row < merged.Count; row++)
        {
            if (row > 0 && merged.CloseMs[row] == merged.CloseMs[row - 1] && merged.Instrument[row] == merged.Instrument[row - 1])
            {
                if (merged[row] != merged[row - 1]) throw Conflict(merged, row);
                continue;
            }

            kept.Add(merged.Instrument[row], merged[row]);
        }

        return kept.Count == merged.Count ? merged : kept.Build(merged.Timeframe, merged.Instruments, shiftMs: 0);
    }

    private SeriesBuilder Concatenated()
    {
        var builder = new SeriesBuilder();
        builder.Reserve(_added.Sum(a => a.Series.Count));
        foreach (var (_, series, numbers) in _added)
        {
            for (var row = 0; row < series.Count; row++) builder.Add(numbers[series.Instrument[row]], series[row]);
        }

        return builder;
    }

    private int NumberOf(string path, Instrument instrument)
    {
        var number = _instruments.FindIndex(i => i.Id == instrument.Id);
        if (number < 0)
        {
            if (_instruments.Count == SymbolTable.MostSymbols)
            {
                throw new BarFileException(GateReason.TooManySymbols, $"{path}: expected at most {SymbolTable.MostSymbols} instruments in all files.");
            }

            _instruments.Add(instrument);
            return _instruments.Count - 1;
        }

        return _instruments[number] == instrument
            ? number
            : throw new BarFileException(BarFileException.BadRow, $"{path}: expected {_instruments[number]} as in a file before, found {instrument}.");
    }

    private BarFileException Conflict(BarSeries merged, int row)
    {
        var instrument = merged.Instruments[merged.Instrument[row]];
        var having = _added.Where(a => Array.BinarySearch(a.Series.CloseMs, merged.CloseMs[row]) >= 0 && a.Series.Instruments.Contains(instrument));
        return new BarFileException(
            BarFileException.BadRow,
            string.Create(
                CultureInfo.InvariantCulture,
                $"{string.Join(", ", having.Select(a => a.Path))}: have bars of {instrument.Id} that close at {merged[row].CloseTime:yyyy-MM-dd'T'HH:mm:ss'Z'} with other values."));
    }
}
