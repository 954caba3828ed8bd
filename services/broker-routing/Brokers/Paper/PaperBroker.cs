using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Threading.Channels;
using AlgoStack.Contracts.MarketData;
using AlgoStack.EventStore.Streams;
using AlgoStack.Postgres;
using AlgoStack.ServiceDefaults.Clients;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Venues;
using Npgsql;

namespace AlgoStack.BrokerRouting.Brokers.Paper;

/// <summary>
/// An account at a venue on paper. It is a venue, with a durable book of its own: it commits before it answers or tells anything, and
/// knows nothing of our orders' streams. Its market is the session <c>live</c>: an instrument trades on the bars of the data
/// instrument of the same symbol, whatever venue they are of. Several processes may ask one account: the stream's version says
/// who was first, and who was not reads on and asks again.
/// </summary>
internal sealed class PaperBroker(string account, PaperOptions options, EventLog log, TapeClient tape, TimeProvider clock) : IBroker
{
    public const string Name = "PAPER";

    private const string LiveSession = "live";

    /// <summary>Who has not heard more than so much is told no more, and has to ask.</summary>
    private const int MostUntold = 10_000;

    /// <summary>More often than this nobody else is first.</summary>
    private const int MostTries = 20;

    /// <summary>So often the stream is looked at for what another process has written.</summary>
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(1);

    private static readonly TimeInForce[] Resting = [TimeInForce.Gtc, TimeInForce.Day];
    private static readonly TimeInForce[] All = [TimeInForce.Gtc, TimeInForce.Day, TimeInForce.Ioc, TimeInForce.Fok];

    private static readonly Dictionary<OrderType, IReadOnlyList<TimeInForce>> OrderTypes = new()
    {
        [OrderType.Market] = All,
        [OrderType.Limit] = All,
        [OrderType.Stop] = Resting,
        [OrderType.StopLimit] = Resting,
        [OrderType.TrailingStop] = Resting,
    };

    private readonly SemaphoreSlim _gate = new(1);
    private readonly List<Channel<BrokerEvent>> _listeners = [];
    private readonly ConcurrentDictionary<string, VenueInstrument> _terms = new(StringComparer.Ordinal);

    /// <summary>Null where it is to be read from its stream anew.</summary>
    private PaperBook? _book;
    private long _toldVersion;

    public string Venue => Name;

    public bool? IsLive => false;

    public BrokerCapabilities Capabilities { get; } = new(
        OrderTypes,
        ClientIdForm: id => id.Value,
        ClientIds: ClientIdScope.Forever,
        // What was committed is known, and what was not will never be.
        SettleTime: TimeSpan.Zero,
        Positions: PositionKind.Listed,
        CanReplace: true,
        CanPostOnly: true,
        // Of an account, which is not what one of several strategies on it wants to reduce.
        CanReduceOnly: false)
    {
        HasCorporateActions = false,
    };

    /// <summary>It has our clock.</summary>
    public TimeSpan? ClockSkew => TimeSpan.Zero;

    private string Stream => $"venue-{account}";

    public static bool Takes(VenueOrder order) => OrderTypes.TryGetValue(order.Type, out var times) && times.Contains(order.TimeInForce);

    public string SymbolOf(InstrumentId instrument) => instrument.Symbol;

    public async Task<IReadOnlyList<VenueInstrument>> GetInstrumentsAsync(IReadOnlyCollection<string> symbols, CancellationToken cancellationToken)
    {
        // What an instrument trades in is not asked for twice: a statement of the account needs nobody else.
        var known = symbols.Select(s => _terms.GetValueOrDefault(s)).OfType<VenueInstrument>().ToList();
        if (known.Count == symbols.Count) return known;

        var currencies = await AskAsync(book => book.Cash.Keys.ToHashSet(StringComparer.Ordinal), cancellationToken);
        IReadOnlyDictionary<string, InstrumentTerms> listed;
        try
        {
            listed = await tape.GetInstrumentsAsync(cancellationToken);
        }
        catch (Exception e) when (IsTapeAway(e, cancellationToken))
        {
            throw Away($"ingestion does not say what there is: {e.Message}", e);
        }

        // Where data venues differ, the first by name says it.
        var wanted = symbols.ToHashSet(StringComparer.Ordinal);
        VenueInstrument[] found =
        [
            .. listed.Values
                .OrderBy(t => t.Id, StringComparer.Ordinal)
                .Select(t => (Terms: t, new InstrumentId(t.Id).Symbol))
                .DistinctBy(t => t.Symbol, StringComparer.Ordinal)
                .Where(t => wanted.Contains(t.Symbol))
                .Select(t => new VenueInstrument(
                    t.Symbol, t.Terms.Currency, currencies.Contains(t.Terms.Currency), _ => t.Terms.Tick, t.Terms.Lot, IsAlwaysOpen: true)),
        ];
        foreach (var instrument in found) _terms[instrument.Symbol] = instrument;
        return found;
    }

    public async Task<PlaceResult> PlaceAsync(VenueOrder order, CancellationToken cancellationToken)
    {
        VenueInstrument? terms;
        try
        {
            terms = (await GetInstrumentsAsync([order.Symbol], cancellationToken)).SingleOrDefault();
        }
        catch (BrokerException e)
        {
            return new PlaceResult.NotSent(e.Message);
        }

        try
        {
            return await DecideAsync(book => book.Place(order, terms, clock.GetUtcNow()), cancellationToken);
        }
        catch (Exception e) when (IsStoreFailure(e))
        {
            return new PlaceResult.OutcomeUnknown($"Whether it was committed cannot be said: {e.Message}");
        }
    }

    public Task<ChangeResult> CancelAsync(VenueOrderRef order, CancellationToken cancellationToken) =>
        ChangeAsync(book => book.Cancel(order, clock.GetUtcNow()), cancellationToken);

    public Task<ChangeResult> ReplaceAsync(VenueOrderRef order, VenueOrderChange change, CancellationToken cancellationToken) =>
        ChangeAsync(book => book.Replace(order, change, clock.GetUtcNow()), cancellationToken);

    public Task<OrderLookup> GetOrderAsync(VenueOrderRef order, CancellationToken cancellationToken) =>
        AskAsync<OrderLookup>(
            book => book.Find(order) is { } found ? new OrderLookup.Found(found.Snapshot()) : new OrderLookup.NotFound(), cancellationToken);

    public Task<(IReadOnlyList<OrderSnapshot> Orders, bool AreComplete)> GetOpenOrdersAsync(
        IReadOnlyCollection<string> symbols, CancellationToken cancellationToken) =>
        AskAsync(book => ((IReadOnlyList<OrderSnapshot>)[.. book.Working.Select(o => o.Snapshot())], true), cancellationToken);

    public Task<IReadOnlyList<Execution>> GetExecutionsAsync(
        IReadOnlyCollection<string> symbols, DateTimeOffset since, CancellationToken cancellationToken) =>
        AskAsync<IReadOnlyList<Execution>>(book => [.. book.Executions.Where(e => e.At >= since)], cancellationToken);

    public Task<MarketHours> GetMarketAsync(CancellationToken cancellationToken) => Task.FromResult(MarketHours.Unknown);

    public Task<IReadOnlyList<VenuePosition>> GetPositionsAsync(CancellationToken cancellationToken) =>
        AskAsync<IReadOnlyList<VenuePosition>>(
            book => [.. book.Positions.Select(p => new VenuePosition(p.Key, p.Value.Quantity, p.Value.AveragePrice))], cancellationToken);

    public Task<IReadOnlyList<VenueBalance>> GetBalancesAsync(CancellationToken cancellationToken) =>
        AskAsync<IReadOnlyList<VenueBalance>>(
            book => [.. book.Cash.Select(c => new VenueBalance(c.Key, c.Value, c.Value))], cancellationToken);

    public async IAsyncEnumerable<BrokerEvent> ListenAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var told = Channel.CreateBounded<BrokerEvent>(MostUntold);
        await AskAsync(
            _ =>
            {
                lock (_listeners) _listeners.Add(told);
                return true;
            },
            cancellationToken);
        try
        {
            yield return new BrokerEvent.Connected();

            using var timer = new PeriodicTimer(LookAgain, clock);
            var look = timer.WaitForNextTickAsync(cancellationToken).AsTask();
            var more = told.Reader.WaitToReadAsync(cancellationToken).AsTask();
            while (true)
            {
                if (await Task.WhenAny(more, look) == look)
                {
                    await look;
                    await AskAsync(_ => true, cancellationToken);
                    look = timer.WaitForNextTickAsync(cancellationToken).AsTask();
                    continue;
                }

                if (!await more) throw Away($"more than {MostUntold} changes were not heard", null);

                while (told.Reader.TryRead(out var e)) yield return e;
                more = told.Reader.WaitToReadAsync(cancellationToken).AsTask();
            }
        }
        finally
        {
            lock (_listeners) _listeners.Remove(told);
        }
    }

    /// <summary>
    /// Takes closed bars, once each and in order: how far it has come is committed with what came of them. What the bus skipped is
    /// read from the tape where an order waits for it.
    /// </summary>
    public async Task OnBarsAsync(BarsClosed batch, CancellationToken cancellationToken)
    {
        if (batch.SessionId != LiveSession) return;

        for (var tries = 1; ; tries++)
        {
            var last = await log.OpenSession().LastSequenceAsync(Stream, LiveSession, batch.Partition, cancellationToken);
            if (batch.Sequence <= last) return;

            var missed = new List<BarsClosed>();
            if (last > 0 && await AskAsync(book => book.HasWork, cancellationToken))
            {
                for (var sequence = last + 1; sequence < batch.Sequence; sequence++)
                    missed.Add(await tape.GetBatchAsync(LiveSession, batch.Partition, sequence, cancellationToken));
            }

            try
            {
                await DecideAsync(
                    book =>
                    {
                        foreach (var bars in missed) GoThrough(book, bars);
                        GoThrough(book, batch);
                        return true;
                    },
                    cancellationToken,
                    session => session.AdvanceSequence(Stream, LiveSession, batch.Partition, last, batch.Sequence));
                return;
            }
            catch (SequenceMismatchException) when (tries < MostTries)
            {
                // Another process has taken it meanwhile.
            }
        }
    }

    public ValueTask DisposeAsync()
    {
        _gate.Dispose();
        return ValueTask.CompletedTask;
    }

    private void GoThrough(PaperBook book, BarsClosed batch)
    {
        if (batch.WarmUp || !book.HasWork) return;

        var (bars, length, now) = (batch.Bars, Timeframe.Parse(batch.Timeframe), clock.GetUtcNow());
        string[] symbols = [.. bars.Instruments.Select(id => new InstrumentId(id).Symbol)];
        for (var row = 0; row < bars.Count; row++)
        {
            var bar = new Bar(bars.CloseMs[row], bars.Open[row], bars.High[row], bars.Low[row], bars.Close[row], bars.Volume[row]);
            book.OnBar(symbols[bars.Instrument[row]], bar, length, options.Model, now);
        }
    }

    private async Task<ChangeResult> ChangeAsync(Func<PaperBook, ChangeResult> change, CancellationToken cancellationToken)
    {
        try
        {
            return await DecideAsync(change, cancellationToken);
        }
        catch (Exception e) when (IsStoreFailure(e))
        {
            return new ChangeResult.OutcomeUnknown($"Whether it was committed cannot be said: {e.Message}");
        }
    }

    private async Task<T> AskAsync<T>(Func<PaperBook, T> read, CancellationToken cancellationToken)
    {
        try
        {
            return await DecideAsync(read, cancellationToken);
        }
        catch (Exception e) when (IsStoreFailure(e))
        {
            throw Away($"the book cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Decides something by the book as the stream has it now, and returns once what follows is committed.</summary>
    /// <param name="with">What is to be committed with it.</param>
    private async Task<T> DecideAsync<T>(Func<PaperBook, T> decide, CancellationToken cancellationToken, Action<EventSession>? with = null)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            for (var tries = 1; ; tries++)
            {
                try
                {
                    var book = await ReadOnAsync(cancellationToken);
                    var result = decide(book);
                    await CommitAsync(book, with);
                    _book = book;
                    return result;
                }
                catch (ConcurrencyException e) when (e is not SequenceMismatchException && tries < MostTries)
                {
                    // Another process was first: what it wrote is read, and the same decided anew.
                }
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>The book at the stream's end. It is the caller's until it is given back; one that is not is read anew.</summary>
    private async Task<PaperBook> ReadOnAsync(CancellationToken cancellationToken)
    {
        var book = _book ?? new PaperBook();
        _book = null;
        var news = await log.OpenSession().FetchStreamAsync(Stream, fromVersion: book.Version + 1, cancellationToken: cancellationToken);
        foreach (var stored in news)
        {
            var told = book.Apply((PaperEvent)stored.Data);
            if (told is not null && stored.Version > _toldVersion) Tell(told);
        }

        if (book.Version == 0)
        {
            book.Open(account, options.Cash, clock.GetUtcNow());
            await CommitAsync(book, with: null);
        }

        _toldVersion = Math.Max(_toldVersion, book.Version);
        return book;
    }

    /// <summary>Once it has begun it is not given up: whether it got through could not be said.</summary>
    private async Task CommitAsync(PaperBook book, Action<EventSession>? with)
    {
        if (book.News.Count == 0 && with is null) return;

        var session = log.OpenSession();
        if (book.News.Count > 0) session.Append(Stream, book.Version, book.News);
        with?.Invoke(session);
        await session.SaveChangesAsync(CancellationToken.None);
        foreach (var told in book.Told) Tell(told);
        book.Committed();
        _toldVersion = book.Version;
    }

    private void Tell(OrderSnapshot order)
    {
        lock (_listeners)
        {
            foreach (var listener in _listeners)
            {
                if (!listener.Writer.TryWrite(new BrokerEvent.OrderChanged(order))) listener.Writer.TryComplete();
            }
        }
    }

    private static BrokerException Away(string why, Exception? cause) =>
        new(new BrokerError(BrokerErrorCategory.OutcomeUnknown, null, $"{Name}: {why}.", PlacementOutcome.NotApplicable), cause);

    private static bool IsTapeAway(Exception e, CancellationToken cancellationToken) =>
        e is HttpRequestException or JsonException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested);

    private static bool IsStoreFailure(Exception e) =>
        e is NpgsqlException or TimeoutException or StoreFullException or TooManyConnectionsException or ConcurrencyException;
}
