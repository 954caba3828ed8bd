using System.Globalization;
using System.Threading.Channels;
using AlgoStack.BrokerRouting.Brokers;
using AlgoStack.BrokerRouting.Risk;
using AlgoStack.Engine;
using AlgoStack.EventStore.Streams;
using AlgoStack.Postgres;
using AlgoStack.ServiceDefaults.Problems;
using AlgoStack.Trading.Accounts;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Positions;
using AlgoStack.Trading.Venues;
using Npgsql;

namespace AlgoStack.BrokerRouting.Accounts;

/// <summary>
/// Trades one account. Everything that concerns it goes through one inbox, one after the other: what has come in by then is
/// decided by the <see cref="AccountEngine"/>, committed in one transaction, and only then is what follows done at the venue.
/// One process owns an account at a time, by an advisory lock; each commit moves a counter, so that one which has lost the
/// account without knowing cannot commit, and so cannot send.
/// </summary>
public sealed partial class AccountDesk(
    string account,
    IBroker broker,
    AccountLoader loader,
    TradingSwitch trading,
    EventLog log,
    ServiceDatabase database,
    TimeProvider clock,
    ILogger<AccountDesk> logger)
{
    /// <summary>Requests that may be on their way to the venue at one time.</summary>
    private const int MostOnTheWay = 32;

    /// <summary>What is decided in one transaction.</summary>
    private const int MostAtOnce = 256;

    /// <summary>More than this wait for nobody.</summary>
    private const int MostWaiting = 10_000;

    private const string Commits = "account-desk";
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(32);
    private static readonly TimeSpan RetryOwnership = TimeSpan.FromSeconds(1);

    private readonly Channel<Letter> _inbox = Channel.CreateBounded<Letter>(MostWaiting);
    private volatile string? _downBecause = "the service is starting";
    private AccountEngine? _engine;
    private long _commits;
    private int _onTheWay;

    public string Account => account;

    public string Venue => broker.Venue;

    public IBroker Broker => broker;

    /// <summary>Why nothing can be asked of the account here; null where it can.</summary>
    public string? DownBecause => _downBecause;

    /// <summary>Decides something, and returns once it is committed.</summary>
    /// <param name="of">The order that it is about, which is read from the log where it is not at hand.</param>
    /// <exception cref="ProblemException">503: the account is not at hand in this process, or too much waits.</exception>
    public async Task<T> AskAsync<T>(Func<AccountEngine, DateTimeOffset, T> decide, ClientOrderId? of, CancellationToken cancellationToken)
    {
        if (_downBecause is { } why) throw Down(why);

        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        T decided = default!;
        var letter = new Letter((engine, now) => decided = decide(engine, now))
        {
            Of = of,
            Done = () => answer.TrySetResult(decided),
            Failed = e => answer.TrySetException(e),
        };
        if (!_inbox.Writer.TryWrite(letter)) throw Down($"{MostWaiting} requests wait already");
        return await answer.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Sees to it that the engine knows an instrument; does nothing for one that the venue does not list.</summary>
    /// <exception cref="ProblemException">503: the venue does not answer.</exception>
    public async Task ListAsync(IReadOnlyCollection<InstrumentId> instruments, CancellationToken cancellationToken)
    {
        var known = await AskAsync((engine, _) => instruments.Where(engine.Has).ToHashSet(), null, cancellationToken);
        InstrumentId[] missing = [.. instruments.Where(i => !known.Contains(i))];
        if (missing.Length == 0) return;

        IReadOnlyList<(Instrument, VenueInstrument)> terms;
        try
        {
            terms = await TermsAsync(missing, cancellationToken);
        }
        catch (BrokerException e)
        {
            throw new ProblemException(StatusCodes.Status503ServiceUnavailable, "venue_unreachable", $"{Venue} does not say whether it lists {missing[0]}: {e.Message}", retryable: true, e);
        }

        await AskAsync((engine, _) => Add(engine, terms), null, cancellationToken);
    }

    /// <summary>The newest prices of symbols, wherever they were told; what the account does not trade is left aside.</summary>
    public void Mark(IReadOnlyDictionary<string, (double Price, DateTimeOffset At)> prices) =>
        _inbox.Writer.TryWrite(new Letter((engine, _) =>
        {
            foreach (var (symbol, (price, at)) in prices) engine.OnPrice(symbol, price, at);
        }));

    /// <summary>Owns and trades the account until it is told to stop. Whatever goes wrong, the account is read from the log again.</summary>
    public async Task RunAsync(CancellationToken stoppingToken)
    {
        var pause = RetryOwnership;
        while (!stoppingToken.IsCancellationRequested)
        {
            var began = clock.GetTimestamp();
            try
            {
                await using var owner = await TryTakeAsync(stoppingToken);
                if (owner is null)
                {
                    _downBecause = "another process trades it";
                    await Task.Delay(RetryOwnership, clock, stoppingToken);
                    continue;
                }

                await TradeAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
#pragma warning disable CA1031 // Whatever broke, the account goes on from what the log says.
            catch (Exception e)
#pragma warning restore CA1031
            {
                LogBroke(e, account);
                _downBecause = $"it is read from the log again after: {e.Message}";
                FailWaiting(e);
                if (clock.GetElapsedTime(began) > LongestPause) pause = RetryOwnership;
                await Task.Delay(pause, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
        }

        _downBecause = "the service is stopping";
        FailWaiting(Down(_downBecause));
    }

    private async Task TradeAsync(CancellationToken stoppingToken)
    {
        using var life = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        (_engine, _commits) = await LoadAsync(life.Token);
        _onTheWay = 0;
        _engine.Restart(clock.GetUtcNow());
        await CommitAsync(_engine, [], life.Token);
        _downBecause = null;

        var listening = ListenAsync(life.Token);
        try
        {
            while (true)
            {
                await WaitAsync(_engine, life.Token);
                await TurnAsync(_engine, life.Token);
            }
        }
        finally
        {
            // What is still on its way ends with this life; what it would have said is asked for in the next one.
            await life.CancelAsync();
            await listening.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<(AccountEngine Engine, long Commits)> LoadAsync(CancellationToken cancellationToken)
    {
        var stored = await loader.ReadAsync(account, cancellationToken);
        var engine = loader.NewEngine(account, broker);
        var terms = await TermsAsync(stored.Instruments, cancellationToken);
        Add(engine, terms);
        if (stored.Instruments.FirstOrDefault(i => !engine.Has(i)) is { Value: not null } gone)
            throw new InvalidDataException($"{account}: expected {broker.Venue} to list {gone}, of which there are orders or a position; found it does not.");

        foreach (var e in stored.Events) engine.Apply(e);
        foreach (var order in stored.OpenOrders) engine.Recall(order);
        return (engine, await log.OpenSession().LastSequenceAsync(Commits, account, 0, cancellationToken));
    }

    /// <summary>Until something has come in, or something is due.</summary>
    private async Task WaitAsync(AccountEngine engine, CancellationToken cancellationToken)
    {
        if (_inbox.Reader.Count > 0) return;

        var waiting = _inbox.Reader.WaitToReadAsync(cancellationToken).AsTask();
        if (engine.NextWorkAt() is not { } due)
        {
            await waiting;
            return;
        }

        var left = due - clock.GetUtcNow();
        if (left > TimeSpan.Zero) await Task.WhenAny(waiting, Task.Delay(left, clock, cancellationToken));
        cancellationToken.ThrowIfCancellationRequested();
    }

    private async Task TurnAsync(AccountEngine engine, CancellationToken cancellationToken)
    {
        (engine.Global, engine.ClockSkew) = (trading.State, -broker.ClockSkew);
        var letters = new List<Letter>();
        while (letters.Count < MostAtOnce && _inbox.Reader.TryRead(out var letter)) letters.Add(letter);
        try
        {
            foreach (var letter in letters)
            {
                if (letter.Of is { } of && engine.Find(of) is null) await RecallAsync(engine, of, cancellationToken);
                letter.Decide(engine, clock.GetUtcNow());
            }

            engine.Release(MostOnTheWay - _onTheWay, clock.GetUtcNow());
            await CommitAsync(engine, letters, cancellationToken);
        }
        catch (Exception e)
        {
            foreach (var letter in letters) letter.Failed?.Invoke(e);
            throw;
        }

        foreach (var letter in letters) letter.Done?.Invoke();
        foreach (var work in engine.TakeWork(clock.GetUtcNow())) _ = DoAsync(work, cancellationToken);
        engine.Forget();
    }

    private async Task CommitAsync(AccountEngine engine, List<Letter> letters, CancellationToken cancellationToken)
    {
        if (engine.Events.Count == 0) return;

        var session = log.OpenSession();
        foreach (var e in engine.Events) session.Append(StreamOf(e), e);
        session.AdvanceSequence(Commits, account, 0, _commits, _commits + 1);
        await session.SaveChangesAsync(cancellationToken);
        _commits++;
        LogCommitted(account, engine.Events.Count, letters.Count);
        engine.Events.Clear();
    }

    private static string StreamOf(object e) => e switch
    {
        OrderEvent order => $"order-{order.OrderId}",
        PositionEvent position => $"position-{position.Account}-{position.Instrument}",
        AccountEvent of => $"account-{of.Account}",
        _ => throw new InvalidOperationException($"{e.GetType().Name} belongs to no stream."),
    };

    private async Task RecallAsync(AccountEngine engine, ClientOrderId order, CancellationToken cancellationToken)
    {
        if (await loader.ReadOrderAsync(order, cancellationToken) is { } recalled && recalled.Intent.Account == account) engine.Recall(recalled);
    }

    private async Task DoAsync(AccountWork work, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _onTheWay);
        try
        {
            var answer = await AtVenueAsync(work, cancellationToken);
            await _inbox.Writer.WriteAsync(answer, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            LogLeft(account, work);
        }
        finally
        {
            Interlocked.Decrement(ref _onTheWay);
        }
    }

    /// <summary>Does it, and says what is to be told to the engine.</summary>
    private async Task<Letter> AtVenueAsync(AccountWork work, CancellationToken cancellationToken)
    {
        switch (work)
        {
            case AccountWork.Place(var order, var placed):
                var placing = await PlaceAsync(placed, cancellationToken);
                return new Letter((engine, now) => engine.OnPlaced(order, placing, now));
            case AccountWork.Cancel(var order, var canceled):
                var canceling = await ChangeAsync(() => broker.CancelAsync(canceled, cancellationToken), cancellationToken);
                return new Letter((engine, now) => engine.OnCancelAnswered(order, canceling, now));
            case AccountWork.Replace(var order, var replaced, var change):
                var replacing = await ChangeAsync(() => broker.ReplaceAsync(replaced, change, cancellationToken), cancellationToken);
                return new Letter((engine, now) => engine.OnReplaceAnswered(order, replacing, now));
            case AccountWork.Lookup(var order, var wanted, var since):
                var (lookup, executions) = await LookUpAsync(wanted, since, cancellationToken);
                return new Letter((engine, now) => engine.OnLookup(order, lookup, executions, now));
            case AccountWork.Reconcile reconcile:
                return await StateAsync(reconcile, cancellationToken);
            default:
                throw new InvalidOperationException($"{work.GetType().Name} is nothing that can be done.");
        }
    }

    private async Task<PlaceResult> PlaceAsync(VenueOrder order, CancellationToken cancellationToken)
    {
        try
        {
            return await broker.PlaceAsync(order, cancellationToken);
        }
#pragma warning disable CA1031 // An adapter that breaks while it places says nothing about whether the order left.
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            LogAdapterBroke(e, account, nameof(AccountWork.Place));
            return new PlaceResult.OutcomeUnknown($"{e.GetType().Name}: {e.Message}");
        }
    }

    private async Task<ChangeResult> ChangeAsync(Func<Task<ChangeResult>> change, CancellationToken cancellationToken)
    {
        try
        {
            return await change();
        }
#pragma warning disable CA1031 // As above: the order is asked for then.
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            LogAdapterBroke(e, account, "change");
            return new ChangeResult.OutcomeUnknown($"{e.GetType().Name}: {e.Message}");
        }
    }

    private async Task<(OrderLookup Lookup, IReadOnlyList<Execution> Executions)> LookUpAsync(
        VenueOrderRef order, DateTimeOffset? since, CancellationToken cancellationToken)
    {
        try
        {
            var executions = since is { } from ? await broker.GetExecutionsAsync([order.Symbol], from, cancellationToken) : [];
            return (await broker.GetOrderAsync(order, cancellationToken), executions);
        }
#pragma warning disable CA1031 // What cannot be asked is not known; it is asked again.
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            LogAdapterBroke(e, account, nameof(AccountWork.Lookup));
            return (new OrderLookup.NotKnowable($"{e.GetType().Name}: {e.Message}"), []);
        }
    }

    /// <summary>Orders first, so that what trades in between shows twice and not never.</summary>
    private async Task<Letter> StateAsync(AccountWork.Reconcile work, CancellationToken cancellationToken)
    {
        try
        {
            var askedAt = clock.GetUtcNow();
            var (orders, areComplete) = await broker.GetOpenOrdersAsync(work.Symbols, cancellationToken);
            var executions = await broker.GetExecutionsAsync(work.Symbols, work.ExecutionsSince, cancellationToken);
            var positions = await broker.GetPositionsAsync(cancellationToken);
            var balances = await broker.GetBalancesAsync(cancellationToken);
            var statement = new VenueStatement(orders, areComplete, executions, positions, balances, askedAt);
            var recalled = await loader.ReadOrdersAsync(
                account,
                [.. orders.Select(o => o.ClientOrderId).Concat(executions.Select(e => e.ClientOrderId)).OfType<string>().Distinct(StringComparer.Ordinal)],
                [.. executions.Select(e => e.VenueOrderId).Distinct(StringComparer.Ordinal)],
                cancellationToken);
            var terms = await TermsAsync([.. positions.Select(p => InstrumentOf(p.Symbol))], cancellationToken);
            return new Letter((engine, now) =>
            {
                Add(engine, terms);
                foreach (var order in recalled) engine.Recall(order);
                engine.OnStatement(statement, now);
            });
        }
#pragma warning disable CA1031 // A statement that cannot be had is asked for again, and no order leaves until it is there.
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            LogAdapterBroke(e, account, nameof(AccountWork.Reconcile));
            return new Letter((engine, now) => engine.OnStatementFailed($"the venue gives no statement: {e.Message}", now));
        }
    }

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        var pause = RetryOwnership;
        while (!cancellationToken.IsCancellationRequested)
        {
            var why = "the venue ended the connection";
            try
            {
                await foreach (var told in broker.ListenAsync(cancellationToken))
                {
                    if (told is BrokerEvent.Connected) pause = RetryOwnership;
                    await _inbox.Writer.WriteAsync(LetterOf(told), cancellationToken);
                }
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // Whatever broke the connection, it is made again.
            catch (Exception e)
#pragma warning restore CA1031
            {
                LogAdapterBroke(e, account, "listen");
                why = e.Message;
            }

            await _inbox.Writer.WriteAsync(new Letter((engine, now) => engine.OnStreamLost($"the venue's stream is lost: {why}", now)), cancellationToken);
            await Task.Delay(pause, clock, cancellationToken);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    private Letter LetterOf(BrokerEvent told)
    {
        switch (told)
        {
            case BrokerEvent.Connected:
                return new Letter((engine, now) => engine.OnConnected(now));
            case BrokerEvent.OrderChanged(var seen):
                return new Letter((engine, now) => engine.OnReport(seen, now)) { Of = seen.ClientOrderId is { } id ? new ClientOrderId(id) : null };
            case BrokerEvent.Gap(var reason):
                return new Letter((engine, now) => engine.OnGap(reason, now));
            case BrokerEvent.Unreadable(var text, var reason):
                LogUnreadable(account, reason, text);
                return new Letter((engine, now) => engine.OnGap($"the venue said what cannot be read: {reason}", now));
            default:
                throw new InvalidOperationException($"{told.GetType().Name} is nothing that a venue tells.");
        }
    }

    private async Task<IReadOnlyList<(Instrument Instrument, VenueInstrument Terms)>> TermsAsync(
        IReadOnlyCollection<InstrumentId> instruments, CancellationToken cancellationToken)
    {
        if (instruments.Count == 0) return [];

        var bySymbol = instruments.Where(i => i.Venue == broker.Venue).ToLookup(broker.SymbolOf, StringComparer.Ordinal);
        var terms = await broker.GetInstrumentsAsync([.. bySymbol.Select(s => s.Key)], cancellationToken);
        return [.. terms.SelectMany(t => bySymbol[t.Symbol].Take(1).Select(id => (new Instrument(id, t.Tick(1), t.Lot, t.Currency), t)))];
    }

    private static bool Add(AccountEngine engine, IReadOnlyList<(Instrument Instrument, VenueInstrument Terms)> listed)
    {
        foreach (var (instrument, terms) in listed) engine.Add(instrument, terms);
        return true;
    }

    private InstrumentId InstrumentOf(string symbol) => new($"{symbol}.{broker.Venue}");

    private async Task<NpgsqlConnection?> TryTakeAsync(CancellationToken cancellationToken)
    {
        var owner = database.CreateConnection();
        try
        {
            await owner.OpenAsync(cancellationToken);
            await using var command = new NpgsqlCommand("select pg_try_advisory_lock($1)", owner);
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = database.LockKey(string.Create(CultureInfo.InvariantCulture, $"account-{account}")) });
            if (await command.ExecuteScalarAsync(cancellationToken) is true) return owner;
        }
        catch
        {
            await owner.DisposeAsync();
            throw;
        }

        await owner.DisposeAsync();
        return null;
    }

    private ProblemException Down(string why) =>
        new(StatusCodes.Status503ServiceUnavailable, "account_down", $"Account {account} cannot be asked now: {why}.", retryable: true);

    private void FailWaiting(Exception why)
    {
        while (_inbox.Reader.TryRead(out var letter)) letter.Failed?.Invoke(why);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Account {Account} broke, and is read from the log again.")]
    private partial void LogBroke(Exception exception, string account);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Account {Account}: the venue did not do {Work}.")]
    private partial void LogAdapterBroke(Exception exception, string account, string work);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Account {Account}: the venue said what cannot be read ({Reason}): {Text}")]
    private partial void LogUnreadable(string account, string reason, string text);

    [LoggerMessage(Level = LogLevel.Information, Message = "Account {Account}: left {Work} on its way.")]
    private partial void LogLeft(string account, AccountWork work);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Account {Account}: committed {Events} events of {Letters} letters.")]
    private partial void LogCommitted(string account, int events, int letters);

    /// <summary>Something for the engine to decide.</summary>
    private sealed record Letter(Action<AccountEngine, DateTimeOffset> Decide)
    {
        /// <summary>The order that it is about.</summary>
        public ClientOrderId? Of { get; init; }

        /// <summary>It is committed.</summary>
        public Action? Done { get; init; }

        public Action<Exception>? Failed { get; init; }
    }
}
