using AlgoStack.Contracts.Backtests;
using AlgoStack.Contracts.MarketData;
using AlgoStack.ServiceDefaults.Clients;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.MarketData;

namespace AlgoStack.Backtest.Backtests;

/// <summary>One stretch of bars as a session announced it, or a whole data set.</summary>
public sealed record Stretch(long Sequence, bool WarmUp, BarSeries Bars);

/// <summary>There is nothing to run on; the message says what was asked for.</summary>
public sealed class NoDataException(string message) : Exception(message);

/// <summary>Brings bars from the tape into the engines' columns.</summary>
public sealed class TapeData(TapeClient tape)
{
    /// <summary>The most bars of one instrument that a range may hold.</summary>
    private const int MostBars = 1_000_000;

    /// <summary>A session's bars, batch by batch, as the tape has them now.</summary>
    /// <exception cref="NoDataException">There is no such session, or it announced nothing.</exception>
    public async Task<IReadOnlyList<Stretch>> OfSessionAsync(string sessionId, CancellationToken cancellationToken)
    {
        var session = await tape.FindSessionAsync(sessionId, cancellationToken)
            ?? throw new NoDataException($"There is no session {sessionId}.");
        if (session.LastSequence == 0 || !Timeframe.TryParse(session.Timeframe, out var timeframe))
        {
            throw new NoDataException($"Session {sessionId} has announced no bars.");
        }

        var heads = await tape.GetHeadsAsync(sessionId, 1, session.LastSequence, cancellationToken);
        var instruments = await tape.GetInstrumentsAsync(cancellationToken);
        var stretches = new List<Stretch>(heads.Count);
        await foreach (var block in tape.ReadBarsAsync(sessionId, 1, session.LastSequence, cancellationToken))
        {
            var head = heads[stretches.Count];
            stretches.Add(new Stretch(head.Sequence, head.WarmUp, Series(timeframe, block, instruments)));
        }

        return stretches;
    }

    /// <summary>Bars of several instruments over a range, merged by (close, instrument id).</summary>
    /// <exception cref="NoDataException">The tape has none.</exception>
    public async Task<IReadOnlyList<Stretch>> OfRangeAsync(StartBacktest request, CancellationToken cancellationToken)
    {
        if (!Timeframe.TryParse(request.Timeframe, out var timeframe))
        {
            throw new NoDataException($"Timeframe: expected such as 1m, 1h or 1d, found '{request.Timeframe}'.");
        }

        var instruments = await tape.GetInstrumentsAsync(cancellationToken);
        var columns = new List<BarColumns>();
        foreach (var id in request.Instruments!.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            var bars = await tape.GetHistoryAsync(id, timeframe.ToString(), request.From, request.To, MostBars, cancellationToken);
            if (bars.Count > 0) columns.Add(bars);
        }

        return columns.Count == 0
            ? throw new NoDataException($"The tape has no {timeframe} bars of {string.Join(", ", request.Instruments!)} in that range.")
            : [new Stretch(1, WarmUp: false, Series(timeframe, Merge(columns), instruments))];
    }

    private static BarSeries Series(Timeframe timeframe, BarColumns bars, IReadOnlyDictionary<string, InstrumentTerms> instruments) => new(
        timeframe,
        [.. bars.Instruments.Select(id => Instrument(id, instruments))],
        bars.Instrument,
        bars.CloseMs,
        bars.Open,
        bars.High,
        bars.Low,
        bars.Close,
        bars.Volume);

    private static Instrument Instrument(string id, IReadOnlyDictionary<string, InstrumentTerms> instruments) =>
        instruments.TryGetValue(id, out var terms)
            ? new Instrument(new InstrumentId(id), terms.Tick, terms.Lot, terms.Currency)
            : throw new InvalidDataException($"Expected tick and lot of {id} from ingestion, found none.");

    private static BarColumns Merge(List<BarColumns> columns)
    {
        (long Close, int Source, int Row)[] rows =
            [.. columns.SelectMany((c, source) => c.CloseMs.Select((close, row) => (close, source, row)))];
        Array.Sort(rows);
        return new BarColumns(
            [.. columns.Select(c => c.Instruments[0])],
            [.. rows.Select(r => r.Source)],
            [.. rows.Select(r => r.Close)],
            [.. rows.Select(r => columns[r.Source].Open[r.Row])],
            [.. rows.Select(r => columns[r.Source].High[r.Row])],
            [.. rows.Select(r => columns[r.Source].Low[r.Row])],
            [.. rows.Select(r => columns[r.Source].Close[r.Row])],
            [.. rows.Select(r => columns[r.Source].Volume[r.Row])]);
    }
}
