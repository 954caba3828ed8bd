using System.Collections.Concurrent;
using System.Globalization;
using System.Threading.Channels;
using AlgoStack.BrokerRouting.Brokers;
using AlgoStack.BrokerRouting.Risk;
using AlgoStack.Engine;
using AlgoStack.EventStore.Streams;
using AlgoStack.Postgres;
using AlgoStack.ServiceDefaults.Problems;
using AlgoStack.Trading.Accounts;
using AlgoStack.Trading.Executions;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Positions;
using AlgoStack.Trading.Risk;
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
    RiskLimits limits,
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

    /// <summary>Why nothing can be asked here of an account that another process owns: what that one knows is in the log.</summary>
    public const string Elsewhere = "another process trades it";

    private const string Commits = "account-desk";
    private const string Stopped = "A switch was thrown before it had left.";
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(32);
    private static readonly TimeSpan RetryOwnership = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<Leaving, CancellationTokenSource> _leaving = [];
    private readonly Dictionary<string, (double Price, DateTimeOffset At)> _prices = new(StringComparer.Ordinal);
    private readonly Channel<Letter> _inbox = Channel.CreateBounded<Letter>(MostWaiting);
    private readonly Channel<Letter> _unknown = Channel.CreateBounded<Letter>(MostWaiting);
    private volatile string? _downBecause = "the service is starting";
    private volatile DeskState? _state;
    private AccountEngine? _engine;
    private long _commits;
    private int _onTheWay;

    public string Account => account;

    public string Venue => broker.Venue;

    public IBroker Broker => broker;

    /// <summary>Why nothing can be asked of the account here; null where it can.</summary>
    public string? DownBecause => _downBecause;

    /// <summary>How the account stood after the newest turn; null while nothing can be asked of it here.</summary>
    public DeskState? State => _downBecause is null ? _state : null;

    /// <summary>Decides something, and returns once it is committed.</summary>
    /// <param name="of">The order that it is about, which is read from the log where it is not at hand.</param>
    /// <param name="key">The caller's name for what it wants, stored as the cause of what comes of it.</param>
    /// <exception cref="ProblemException">503: the account is not at hand in this process, or too much waits.</exception>
    public Task<T> AskAsync<T>(
        Func<AccountEngine, DateTimeOffset, T> decide, ClientOrderId? of, CancellationToken cancellationToken, string? key = null) =>
        AskOfAllAsync(decide, of is null ? [] : [of], cancellationToken, key);

    /// <summary>As <see cref="AskAsync"/>, about several orders.</summary>
    /// <exception cref="ProblemException">As <see cref="AskAsync"/>.</exception>
    public async Task<T> AskOfAllAsync<T>(
        Func<AccountEngine, DateTimeOffset, T> decide, IReadOnlyList<ClientOrderId> of, CancellationToken cancellationToken, string? key = null)
    {
        if (_downBecause is { } why) throw Down(why);

        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        T decided = default!;
        var letter = new Letter(Cause.Asked(key, clock.GetUtcNow()), (engine, now) => decided = decide(engine, now))
        {
            Orders = of,
            Done = () => answer.TrySetResult(decided),
            Failed = e => answer.TrySetException(e),
        };
        if (!_inbox.Writer.TryWrite(letter)) throw Down($"{MostWaiting} requests wait already");
        return await answer.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Decides what the next of a counted feed brings about, and moves the feed's position in the same transaction.</summary>
    /// <exception cref="ProblemException">503: as where it is asked.</exception>
    public async Task FollowAsync(FeedStep step, Action<AccountEngine, DateTimeOffset> decide, CancellationToken cancellationToken)
    {
        if (_downBecause is { } why) throw Down(why);

        var answer = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var letter = new Letter(By("desk:bars"), decide) { Step = step, Done = () => answer.TrySetResult(), Failed = e => answer.TrySetException(e) };
        if (!_inbox.Writer.TryWrite(letter)) throw Down($"{MostWaiting} requests wait already");
        await answer.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Sees to it that the engine knows an instrument; does nothing for one that the venue does not list.</summary>
    /// <exception cref="ProblemException">
    /// 422: it is not spelled as the venue spells it, and would be a second name of what is known by the first. 503: the venue does not
    /// answer.
    /// </exception>
    public async Task ListAsync(IReadOnlyCollection<InstrumentId> instruments, CancellationToken cancellationToken)
    {
        foreach (var instrument in instruments)
        {
            if (instrument.Venue == Venue && broker.SymbolOf(instrument) is var symbol && symbol != instrument.Symbol)
                throw new ProblemException(StatusCodes.Status422UnprocessableEntity, "unknown_instrument", $"Expected {symbol}.{Venue}, as {Venue} spells it; found {instrument}.");
        }

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

    /// <summary>The newest prices of instruments, wherever they were told; what the account does not trade yet has them once it does.</summary>
    public void Mark(IReadOnlyDictionary<InstrumentId, (double Price, DateTimeOffset At)> prices) =>
        _inbox.Writer.TryWrite(new Letter(By("desk:prices"), (engine, _) =>
        {
            foreach (var (instrument, (price, at)) in prices)
            {
                var symbol = broker.SymbolOf(instrument);
                if (!_prices.TryGetValue(symbol, out var newest) || newest.At <= at) _prices[symbol] = (price, at);
                engine.OnPrice(symbol, price, at);
            }
        }));

    /// <summary>
    /// Switches were thrown: gives up what they stop and has not left yet, and sees to it that the rest is decided anew.
    /// </summary>
    public void OnSwitched()
    {
        foreach (var (what, leaving) in _leaving)
        {
            if (!IsStopped(what)) continue;

            try
            {
                leaving.Cancel();
            }
            catch (ObjectDisposedException)
            {
                // It has its answer meanwhile.
            }
        }

        _inbox.Writer.TryWrite(new Letter(By("desk:switched"), (_, _) => { }));
    }

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
                    _downBecause = Elsewhere;
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
                // What lived for longer than it had to wait for was no vain attempt.
                if (clock.GetElapsedTime(began) > pause) pause = RetryOwnership;
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
        _engine.Configure(limits, clock.GetUtcNow());
        _engine.Restart(clock.GetUtcNow());
        var restart = new TurnCauses(clock.GetUtcNow());
        restart.Note(_engine.Events, By("desk:restart"));
        await CommitAsync(_engine, [], restart, life.Token);
        Show(_engine);

        var (listening, finding) = (ListenAsync(life.Token), FindAsync(life.Token));
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
            await Task.WhenAll(listening, finding).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<(AccountEngine Engine, long Commits)> LoadAsync(CancellationToken cancellationToken)
    {
        await trading.RefreshAsync(cancellationToken);
        var stored = await loader.ReadAsync(account, cancellationToken);
        if (stored.Events.OfType<AccountOpened>().FirstOrDefault() is { } opened && opened.Venue != broker.Venue)
            throw new InvalidDataException($"{account}: expected {opened.Venue}, where it was opened, found {broker.Venue} configured; an account at another venue is another account.");

        var engine = loader.NewEngine(account, broker);
        var terms = await TermsAsync(
            [.. stored.Instruments.Concat(stored.OtherInstruments).Concat(stored.Events.OfType<StrategyStood>().Select(s => s.Instrument)).Distinct()], cancellationToken);
        Add(engine, terms);
        if (stored.Instruments.FirstOrDefault(i => !engine.Has(i)) is { Value: not null } gone)
            throw new InvalidDataException($"{account}: expected {broker.Venue} to list {gone}, of which there are orders or a position; found it does not.");

        // Of what is not listed any more nothing is held.
        foreach (var e in stored.Events.Where(e => e is not PositionEvent position || engine.Has(position.Instrument))) engine.Apply(e);
        foreach (var (intent, e) in stored.Counted) engine.Recount(intent, e);
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
        if (left > LongestPause) left = LongestPause;
        if (left > TimeSpan.Zero) await Task.WhenAny(waiting, Task.Delay(left, clock, cancellationToken));
        cancellationToken.ThrowIfCancellationRequested();
    }

    private async Task TurnAsync(AccountEngine engine, CancellationToken cancellationToken)
    {
        var switches = trading.Of(account);
        engine.Use(switches);
        engine.ClockSkew = -broker.ClockSkew;
        var (letters, causes) = (new List<Letter>(), new TurnCauses(clock.GetUtcNow()));
        while (letters.Count < MostAtOnce && _inbox.Reader.TryRead(out var letter)) letters.Add(letter);
        try
        {
            engine.BeginDay(clock.GetUtcNow());
            engine.BookDueActions(clock.GetUtcNow());
            causes.Note(engine.Events, By("desk:due"));
            foreach (var letter in letters)
            {
                foreach (var order in letter.Orders.Where(o => engine.Find(o) is null).ToList()) await RecallAsync(engine, order, cancellationToken);
                if (letter.Seen is { } seen && !await IsKnownAsync(engine, seen, cancellationToken)) Find(engine, letter);
                else letter.Decide(engine, clock.GetUtcNow());
                causes.Note(engine.Events, letter.Cause);
            }

            engine.Release(MostOnTheWay - _onTheWay, clock.GetUtcNow());
            causes.NoteFollowing(engine.Events, By("desk:release"));
            engine.Value(clock.GetUtcNow());
            causes.NoteFollowing(engine.Events, By("desk:value"));
            await CommitAsync(engine, letters, causes, cancellationToken);
        }
        catch (Exception e)
        {
            foreach (var letter in letters) letter.Failed?.Invoke(e);
            throw;
        }

        foreach (var letter in letters) letter.Done?.Invoke();
        foreach (var work in engine.TakeWork(clock.GetUtcNow())) _ = DoAsync(work, LeavingOf(engine, work, switches), cancellationToken);
        engine.Forget();
        Show(engine);
    }

    /// <summary>Of an account whose venue has never said what is in it nothing can be asked: an order would be denied for money that is there.</summary>
    private void Show(AccountEngine engine)
    {
        _state = DeskState.Of(engine);
        _downBecause = engine.IsOpened ? null : engine.GatedBecause;
    }

    private async Task CommitAsync(AccountEngine engine, List<Letter> letters, TurnCauses causes, CancellationToken cancellationToken)
    {
        var steps = letters.Where(l => l.Step is not null).Select(l => l.Step!).ToList();
        if (engine.Events.Count == 0 && steps.Count == 0) return;

        var decided = clock.GetUtcNow();
        var session = log.OpenSession();
        for (var i = 0; i < engine.Events.Count; i++)
        {
            var e = engine.Events[i];
            // An id is one order for good: what would begin one again is not committed, and so not sent.
            if (e is OrderRequested) session.StartStream(StreamOf(e), causes.OriginOf(i), e);
            else session.Append(StreamOf(e), causes.OriginOf(i), e);
        }

        foreach (var step in steps) session.AdvanceSequence(step.Consumer, account, step.Partition, step.From, step.To);
        session.AdvanceSequence(Commits, account, 0, _commits, _commits + 1);
        await session.SaveChangesAsync(cancellationToken);
        _commits++;
        LogCommitted(account, engine.Events.Count);
        causes.Tell(engine.Events, log.Types, account, broker.Venue, decided, clock.GetUtcNow());
        engine.Events.Clear();
    }

    private static string StreamOf(object e) => e switch
    {
        OrderEvent order => $"order-{order.OrderId}",
        PositionEvent position => $"position-{position.Account}-{position.Instrument}",
        AccountEvent of => $"account-{of.Account}",
        ExecutionEvent execution => StreamOf(execution.ExecutionId),
        _ => throw new InvalidOperationException($"{e.GetType().Name} belongs to no stream."),
    };

    /// <summary>The stream of a parent order.</summary>
    internal static string StreamOf(string execution) => $"execution-{execution}";

    private async Task RecallAsync(AccountEngine engine, ClientOrderId order, CancellationToken cancellationToken)
    {
        if (await loader.ReadOrderAsync(order, cancellationToken) is not { } recalled || recalled.Intent.Account != account) return;

        engine.Recall(recalled);
        foreach (var one in await loader.ReadGroupAsync(recalled.Intent.OneCancelsOther ?? order.Value, cancellationToken)) engine.Recall(one);
    }

    private async Task<bool> IsKnownAsync(AccountEngine engine, OrderSnapshot seen, CancellationToken cancellationToken)
    {
        if (!engine.Knows(seen) && seen.ClientOrderId is { } id) await RecallAsync(engine, new ClientOrderId(id), cancellationToken);
        return engine.Knows(seen);
    }

    /// <summary>Whose order it is the tables say, once they have come to the log's end: no turn waits for that.</summary>
    private void Find(AccountEngine engine, Letter letter)
    {
        if (!_unknown.Writer.TryWrite(letter)) engine.OnGap($"{MostWaiting} reports of orders wait that are not known", clock.GetUtcNow());
    }

    /// <summary>What took the place of one of ours has another id than ours has. One after the other, as they were told.</summary>
    private async Task FindAsync(CancellationToken cancellationToken)
    {
        await foreach (var letter in _unknown.Reader.ReadAllAsync(cancellationToken))
        {
            Letter found;
            try
            {
                var orders = await loader.ReadOrdersAsync(account, [], [letter.Seen!.VenueOrderId], cancellationToken);
                found = letter with { Seen = null, Orders = [.. orders.Select(o => o.Id)] };
            }
#pragma warning disable CA1031 // What cannot be looked up is in a statement.
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                LogNotFound(e, account, letter.Seen!.VenueOrderId);
                found = new Letter(letter.Cause, (engine, now) => engine.OnGap($"whose order {letter.Seen.VenueOrderId} is cannot be looked up: {e.Message}", now));
            }

            await _inbox.Writer.WriteAsync(found, cancellationToken);
        }
    }

    /// <param name="leaving">What a switch may stop of it; null of what none stops.</param>
    private async Task DoAsync(AccountWork work, Leaving? leaving, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _onTheWay);
        Letter answer;
        try
        {
            answer = await AtVenueAsync(work, leaving, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            LogLeft(account, work);
            return;
        }
        finally
        {
            // Before its answer is taken: whoever waits for room is not woken again.
            Interlocked.Decrement(ref _onTheWay);
        }

        await _inbox.Writer.WriteAsync(answer, cancellationToken).AsTask().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Does it, and says what is to be told to the engine.</summary>
    private async Task<Letter> AtVenueAsync(AccountWork work, Leaving? leaving, CancellationToken cancellationToken)
    {
        switch (work)
        {
            case AccountWork.Place place:
                using (OrderTrace.AtVenue("order sent", place.OrderId))
                {
                    var placing = await PlaceAsync(place, leaving!, cancellationToken);
                    return new Letter(By("venue:place"), (engine, now) => engine.OnPlaced(place.OrderId, placing, now));
                }

            case AccountWork.Cancel(var order, var canceled):
                using (OrderTrace.AtVenue("cancel sent", order))
                {
                    var canceling = await ChangeAsync(() => broker.CancelAsync(canceled, cancellationToken), cancellationToken);
                    return new Letter(By("venue:cancel"), (engine, now) => engine.OnCancelAnswered(order, canceling, now));
                }

            case AccountWork.Replace(var order, var replaced, var change):
                using (OrderTrace.AtVenue("replacement sent", order))
                {
                    var replacing = await ChangeAsync(
                        () => LeaveAsync(leaving!, given => broker.ReplaceAsync(replaced, change, given), new ChangeResult.OutcomeUnknown(Stopped), cancellationToken), cancellationToken);
                    return new Letter(By("venue:replace"), (engine, now) => engine.OnReplaceAnswered(order, replacing, now));
                }

            case AccountWork.Lookup(var order, var wanted, var since):
                using (OrderTrace.AtVenue("order looked up", order))
                {
                    var (lookup, executions) = await LookUpAsync(wanted, since, cancellationToken);
                    return new Letter(By("venue:lookup"), (engine, now) => engine.OnLookup(order, lookup, executions, now));
                }

            case AccountWork.Reconcile reconcile:
                return await StateAsync(reconcile, cancellationToken);
            default:
                throw new InvalidOperationException($"{work.GetType().Name} is nothing that can be done.");
        }
    }

    private Cause By(string name) => new(name, clock.GetUtcNow());

    private async Task<PlaceResult> PlaceAsync(AccountWork.Place place, Leaving leaving, CancellationToken cancellationToken)
    {
        try
        {
            return await LeaveAsync(leaving, given => broker.PlaceAsync(place.Order, given), new PlaceResult.NotSent(Stopped), cancellationToken);
        }
#pragma warning disable CA1031 // An adapter that breaks while it places says nothing about whether the order left.
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            LogAdapterBroke(e, account, nameof(AccountWork.Place));
            return new PlaceResult.OutcomeUnknown($"{e.GetType().Name}: {e.Message}");
        }
    }

    /// <summary>Sends what a switch may stop, as long as none has.</summary>
    /// <param name="stopped">What has come of it where one has: the engine is to decide again.</param>
    private async Task<T> LeaveAsync<T>(Leaving what, Func<CancellationToken, Task<T>> send, T stopped, CancellationToken cancellationToken)
    {
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _leaving[what] = leaving;
        try
        {
            // Asked once it can be given up, so that a switch that is thrown now is seen here or gives it up.
            return IsStopped(what) ? stopped : await send(leaving.Token);
        }
        catch (OperationCanceledException) when (leaving.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return stopped;
        }
        finally
        {
            _leaving.TryRemove(what, out _);
        }
    }

    private static Leaving? LeavingOf(AccountEngine engine, AccountWork work, TradingSwitches switches) => work switch
    {
        AccountWork.Place place => new Leaving(place.Intent, place.Under),
        AccountWork.Replace replace => new Leaving(engine.Find(replace.OrderId)!.Intent, switches),
        _ => null,
    };

    /// <summary>Whether a switch that was thrown since it was decided may stop an order or its change: the engine has the last word.</summary>
    private bool IsStopped(Leaving what)
    {
        var switches = trading.Of(account);
        return !ReferenceEquals(switches, what.Under) && AccountEngine.StoppedBy(switches.Of(what.Intent.Strategy), what.Intent) is not null;
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
            var told = await broker.GetExecutionsAsync(work.Symbols, work.ExecutionsSince, cancellationToken);
            var positions = await broker.GetPositionsAsync(cancellationToken);
            var balances = await broker.GetBalancesAsync(cancellationToken);
            var market = await MarketAsync(cancellationToken);
            var executions = await loader.UnbookedAsync(account, told, InstrumentOf, cancellationToken);
            var statement = new VenueStatement(orders, areComplete, executions, positions, balances, askedAt);
            var named = await loader.ReadOrdersAsync(
                account,
                [.. orders.Select(o => o.ClientOrderId).Concat(executions.Select(e => e.ClientOrderId)).OfType<string>().Distinct(StringComparer.Ordinal)],
                [.. executions.Select(e => e.VenueOrderId).Distinct(StringComparer.Ordinal)],
                cancellationToken);
            var terms = await TermsAsync([.. positions.Select(p => InstrumentOf(p.Symbol))], cancellationToken);
            return new Letter(By("venue:statement"), (engine, now) =>
            {
                Add(engine, terms);
                engine.OnMarket(market);
                engine.OnStatement(statement, now);
            })
            {
                // Read again when it is their turn: one that was done and forgotten meanwhile would be back as it was before.
                Orders = [.. named.Select(o => o.Id)],
            };
        }
#pragma warning disable CA1031 // A statement that cannot be had is asked for again, and no order leaves until it is there.
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            LogAdapterBroke(e, account, nameof(AccountWork.Reconcile));
            return new Letter(By("venue:statement"), (engine, now) => engine.OnStatementFailed($"the venue gives no statement: {e.Message}", now));
        }
    }

    /// <summary>Its hours prove nothing: without them the account is proven all the same.</summary>
    private async Task<MarketHours> MarketAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await broker.GetMarketAsync(cancellationToken);
        }
        catch (BrokerException e)
        {
            LogAdapterBroke(e, account, "market");
            return MarketHours.Unknown;
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

            await _inbox.Writer.WriteAsync(new Letter(By("venue:lost"), (engine, now) => engine.OnStreamLost($"the venue's stream is lost: {why}", now)), cancellationToken);
            await Task.Delay(pause, clock, cancellationToken);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    private Letter LetterOf(BrokerEvent told)
    {
        switch (told)
        {
            case BrokerEvent.Connected:
                return new Letter(By("venue:connected"), (engine, now) => engine.OnConnected(now));
            case BrokerEvent.OrderChanged(var seen):
                return new Letter(By("venue:report"), (engine, now) => engine.OnReport(seen, now)) { Seen = seen };
            case BrokerEvent.Gap(var reason):
                return new Letter(By("venue:gap"), (engine, now) => engine.OnGap(reason, now));
            case BrokerEvent.Unreadable(var text, var reason):
                LogUnreadable(account, reason, text);
                return new Letter(By("venue:gap"), (engine, now) => engine.OnGap($"the venue said what cannot be read: {reason}", now));
            default:
                throw new InvalidOperationException($"{told.GetType().Name} is nothing that a venue tells.");
        }
    }

    private async Task<IReadOnlyList<(Instrument Instrument, VenueInstrument Terms)>> TermsAsync(
        InstrumentId[] instruments, CancellationToken cancellationToken)
    {
        if (instruments.Length == 0) return [];

        var bySymbol = instruments.Where(i => i.Venue == broker.Venue).ToLookup(broker.SymbolOf, StringComparer.Ordinal);
        var terms = await broker.GetInstrumentsAsync([.. bySymbol.Select(s => s.Key)], cancellationToken);
        return [.. terms.SelectMany(t => bySymbol[t.Symbol].Take(1).Select(id => (new Instrument(id, t.Tick(1), t.Lot, t.Currency), t)))];
    }

    private bool Add(AccountEngine engine, IReadOnlyList<(Instrument Instrument, VenueInstrument Terms)> listed)
    {
        foreach (var (instrument, terms) in listed)
        {
            engine.Add(instrument, terms);
            if (_prices.TryGetValue(terms.Symbol, out var newest)) engine.OnPrice(terms.Symbol, newest.Price, newest.At);
        }

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

    [LoggerMessage(Level = LogLevel.Warning, Message = "Account {Account}: whose order {VenueOrderId} is cannot be looked up.")]
    private partial void LogNotFound(Exception exception, string account, string venueOrderId);

    [LoggerMessage(Level = LogLevel.Information, Message = "Account {Account}: left {Work} on its way.")]
    private partial void LogLeft(string account, AccountWork work);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Account {Account}: committed {Events} events.")]
    private partial void LogCommitted(string account, int events);

    /// <summary>An order or a change on its way out, until the venue has answered.</summary>
    /// <param name="under">The switches that let it pass.</param>
    private sealed class Leaving(OrderIntent intent, TradingSwitches under)
    {
        public OrderIntent Intent => intent;

        public TradingSwitches Under => under;
    }

    /// <summary>Something for the engine to decide.</summary>
    private sealed record Letter(Cause Cause, Action<AccountEngine, DateTimeOffset> Decide)
    {
        /// <summary>The orders that it is about, which are read from the log where they are not at hand.</summary>
        public IReadOnlyList<ClientOrderId> Orders { get; init; } = [];

        /// <summary>The position of a feed that moves with it.</summary>
        public FeedStep? Step { get; init; }

        /// <summary>The order that it is about, as the venue shows it.</summary>
        public OrderSnapshot? Seen { get; init; }

        /// <summary>It is committed.</summary>
        public Action? Done { get; init; }

        public Action<Exception>? Failed { get; init; }
    }
}
