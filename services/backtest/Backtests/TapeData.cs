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
    /// <summary>The most bars that a range may hold: ten years of minutes, or 100 instruments of 100,000 bars.</summary>
    private const int MostBars = 10_000_000;

    /// <summary>The most bars that are asked for at once.</summary>
    public int PageBars { get; init; } = 1_000_000;

    /// <summary>What a request asks for.</summary>
    /// <exception cref="NoDataException">The tape has none, or too many.</exception>
    public Task<IReadOnlyList<Stretch>> OfAsync(StartBacktest request, CancellationToken cancellationToken) =>
        request.SessionId is { } session ? OfSessionAsync(session, cancellationToken) : OfRangeAsync(request, cancellationToken);

    /// <summary>What is traded of the stretches, as one series.</summary>
    public static BarSeries Traded(IReadOnlyList<Stretch> stretches)
    {
        BarSeries[] traded = [.. stretches.Where(s => !s.WarmUp).Select(s => s.Bars)];
        if (traded.Length == 1) return traded[0];

        Instrument[] instruments = [.. traded.SelectMany(s => s.Instruments).DistinctBy(i => i.Id).OrderBy(i => i.Id)];
        return new BarSeries(
            stretches[0].Bars.Timeframe,
            instruments,
            [.. traded.SelectMany(s =>
            {
                int[] places = [.. s.Instruments.Select(i => Array.FindIndex(instruments, known => known.Id == i.Id))];
                return s.Instrument.Select(i => places[i]);
            })],
            [.. traded.SelectMany(s => s.CloseMs)],
            [.. traded.SelectMany(s => s.Open)],
            [.. traded.SelectMany(s => s.High)],
            [.. traded.SelectMany(s => s.Low)],
            [.. traded.SelectMany(s => s.Close)],
            [.. traded.SelectMany(s => s.Volume)]);
    }

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
            columns.AddRange(await PagesAsync(id, timeframe, request, cancellationToken));
            if (columns.Sum(c => (long)c.Count) > MostBars)
                throw new NoDataException($"Expected at most {MostBars} bars, found more {timeframe} bars of {string.Join(", ", request.Instruments!)}; ask for fewer days.");
        }

        return columns.Count == 0
            ? throw new NoDataException($"The tape has no {timeframe} bars of {string.Join(", ", request.Instruments!)} in that range.")
            : [new Stretch(1, WarmUp: false, Series(timeframe, Merge(columns), instruments))];
    }

    /// <summary>All bars of an instrument in the range: the tape gives the newest where there are more than a page.</summary>
    private async Task<List<BarColumns>> PagesAsync(string instrument, Timeframe timeframe, StartBacktest request, CancellationToken cancellationToken)
    {
        var pages = new List<BarColumns>();
        for (var to = request.To; (long)pages.Count * PageBars <= MostBars;)
        {
            var page = await tape.GetHistoryAsync(instrument, timeframe.ToString(), request.From, to, PageBars, cancellationToken);
            if (page.Count > 0) pages.Insert(0, page);
            if (page.Count < PageBars) break;
            to = DateTimeOffset.FromUnixTimeMilliseconds(page.CloseMs[0] - 1);
        }

        return pages;
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
        string[] instruments = [.. columns.Select(c => c.Instruments[0]).Distinct(StringComparer.Ordinal)];
        int[] places = [.. columns.Select(c => Array.IndexOf(instruments, c.Instruments[0]))];
        (long Close, int Source, int Row)[] rows =
            [.. columns.SelectMany((c, source) => c.CloseMs.Select((close, row) => (close, source, row)))];
        Array.Sort(rows);
        return new BarColumns(
            instruments,
            [.. rows.Select(r => places[r.Source])],
            [.. rows.Select(r => r.Close)],
            [.. rows.Select(r => columns[r.Source].Open[r.Row])],
            [.. rows.Select(r => columns[r.Source].High[r.Row])],
            [.. rows.Select(r => columns[r.Source].Low[r.Row])],
            [.. rows.Select(r => columns[r.Source].Close[r.Row])],
            [.. rows.Select(r => columns[r.Source].Volume[r.Row])]);
    }
}
