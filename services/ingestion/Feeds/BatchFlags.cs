using AlgoStack.Contracts.MarketData;
using AlgoStack.Ingestion.Quality;
using AlgoStack.Trading.MarketData;

namespace AlgoStack.Ingestion.Feeds;

/// <summary>The gaps and jumps in a session's batches, as messages.</summary>
internal sealed class BatchFlags(string sessionId, Timeframe timeframe)
{
    private readonly BarContinuity _continuity = new(timeframe);
    private readonly Dictionary<string, int> _numbers = [];
    private readonly List<(string Tag, BarFlag Flag)> _found = [];

    public long Gaps => _continuity.Gaps;

    public long Jumps => _continuity.Jumps;

    /// <summary>What to say of a batch; call once a batch, in order.</summary>
    public IReadOnlyList<Notice> Of(BarsClosed batch)
    {
        _found.Clear();
        var bars = batch.Bars;
        var numbers = bars.Instruments.Select(NumberOf).ToArray();
        for (var row = 0; row < bars.Count; row++)
        {
            _continuity.Check(
                numbers[bars.Instrument[row]],
                new Bar(bars.CloseMs[row], bars.Open[row], bars.High[row], bars.Low[row], bars.Close[row], bars.Volume[row]),
                bars.Instruments[bars.Instrument[row]],
                _found);
        }

        return _found.ConvertAll(f => Notice.Of(new BarGapDetected(
            sessionId,
            f.Tag,
            timeframe.ToString(),
            f.Flag.Kind,
            DateTimeOffset.FromUnixTimeMilliseconds(f.Flag.PreviousMs),
            DateTimeOffset.FromUnixTimeMilliseconds(f.Flag.CurrentMs),
            f.Flag.Detail)));
    }

    private int NumberOf(string instrument)
    {
        if (!_numbers.TryGetValue(instrument, out var number)) _numbers.Add(instrument, number = _numbers.Count);
        return number;
    }
}
