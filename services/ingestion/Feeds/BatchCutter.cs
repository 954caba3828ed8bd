using AlgoStack.Contracts.MarketData;
using AlgoStack.Ingestion.Instruments;
using AlgoStack.Ingestion.Providers.Replay;
using AlgoStack.Ingestion.Tape;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.MarketData;

namespace AlgoStack.Ingestion.Feeds;

/// <summary>
/// Cuts bars in order into batches of whole instants, the same way each time. <paramref name="instruments"/>, all of
/// them registered, are what the rows' numbers refer to.
/// </summary>
internal sealed class BatchCutter(
    string sessionId, Timeframe timeframe, IReadOnlyList<Instrument> instruments, InstrumentRegistry registry)
{
    /// <summary>
    /// Bars in a batch at most, unless one instant alone has more: what the bus carries with ease, and enough that its
    /// cost a message does not matter.
    /// </summary>
    public const int MostBars = 8_000;

    /// <summary>There is one partition.</summary>
    public const int Partition = 0;

    private readonly int[] _place = new int[instruments.Count];

    /// <summary>All batches of a replay, from sequence 1; the last one ends the session.</summary>
    /// <param name="rows">By (close, instrument id).</param>
    /// <param name="oneInstant">A batch for each instant, rather than as full as may be.</param>
    public IEnumerable<BarsClosed> Cut(IEnumerable<InstrumentBar> rows, bool oneInstant)
    {
        var sequence = 0L;
        var batch = new List<InstrumentBar>(MostBars + 1);
        var instantStart = 0;
        foreach (var row in rows)
        {
            if (batch.Count > 0 && row.Bar.CloseMs != batch[^1].Bar.CloseMs)
            {
                if (oneInstant || batch.Count >= MostBars)
                {
                    yield return Make(++sequence, batch, warmUp: false, endOfSession: false);
                    batch.Clear();
                }

                instantStart = batch.Count;
            }

            batch.Add(row);
            if (batch.Count > MostBars && instantStart > 0)
            {
                yield return Make(++sequence, batch[..instantStart], warmUp: false, endOfSession: false);
                batch.RemoveRange(0, instantStart);
                instantStart = 0;
            }
        }

        yield return Make(++sequence, batch, warmUp: false, endOfSession: true);
    }

    /// <summary>One batch of rows in order.</summary>
    public BarsClosed Make(long sequence, List<InstrumentBar> rows, bool warmUp, bool endOfSession)
    {
        var present = rows.Select(r => r.Instrument).Distinct().OrderBy(i => instruments[i].Id.Value, StringComparer.Ordinal).ToArray();
        for (var place = 0; place < present.Length; place++) _place[present[place]] = place;

        var columns = new BarColumnsBuilder(rows.Count);
        foreach (var row in rows) columns.Add(_place[row.Instrument], row.Bar);

        var names = Array.ConvertAll(present, i => instruments[i].Id.Value);
        return new BarsClosed(
            sessionId,
            Partition,
            sequence,
            timeframe.ToString(),
            warmUp,
            endOfSession,
            Array.ConvertAll(names, name => registry[name].Terms),
            columns.Build(names));
    }
}
