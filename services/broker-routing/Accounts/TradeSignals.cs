using System.Threading.Channels;
using AlgoStack.BrokerRouting.Orders;
using AlgoStack.Contracts.MarketData;
using AlgoStack.Contracts.Signals;
using AlgoStack.Engine;
using AlgoStack.EventStore.Streams;
using AlgoStack.ServiceDefaults.Clients;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.MarketData;
using MassTransit;

namespace AlgoStack.BrokerRouting.Accounts;

/// <summary>Rings for the accounts that strategies trade on. It waits for none of them: where each has come to is in the log.</summary>
public sealed class TradeSignals(SignalFollowers followers) : IConsumer<BarsEvaluated>
{
    public Task Consume(ConsumeContext<BarsEvaluated> context)
    {
        followers.Ring(context.Message);
        return Task.CompletedTask;
    }
}

/// <summary>
/// Lets strategies trade on accounts at brokers: what the session of live feeds evaluates goes to each account that a strategy is
/// configured for, batch by batch, and each account follows by itself. An account's position in the session moves with what it
/// decides, in one transaction, so that no batch is decided twice and none is left out; an account that begins, begins with the
/// batch it hears of first.
/// <para>
/// Data and account call an instrument by names of their own. A signal trades what the account's venue lists under the symbol that
/// the data has, in the venue's spelling: <c>BTC/USDT.KRAKEN</c> is <c>BTCUSDT.BINANCE-SPOT</c> there, <c>AAPL.SIM</c> is
/// <c>AAPL.ALPACA</c>. What the venue does not list is left aside.
/// </para>
/// </summary>
public sealed partial class SignalFollowers : BackgroundService
{
    private const string Consumer = "trade-signals";
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(8);

    private readonly BatchCache _batches;
    private readonly EventLog _log;
    private readonly EvaluationClient _evaluations;
    private readonly TimeProvider _clock;
    private readonly ILogger<SignalFollowers> _logger;
    private readonly List<Follower> _followers;

    public SignalFollowers(
        AccountDesks desks, BatchCache batches, EventLog log, EvaluationClient evaluations, TimeProvider clock, ILogger<SignalFollowers> logger)
    {
        (_batches, _log, _evaluations, _clock, _logger) = (batches, log, evaluations, clock, logger);
        _followers = [.. desks.All.Where(d => desks.StrategiesOf(d).Count > 0).Select(d => new Follower(d, desks.StrategiesOf(d)))];
    }

    /// <summary>Tells every account of a batch, and waits for none.</summary>
    public void Ring(BarsEvaluated evaluated)
    {
        if (evaluated.SessionId != SessionBook.LiveSession || evaluated.WarmUp) return;

        foreach (var follower in _followers) follower.Rings.Writer.TryWrite(evaluated);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(_followers.Select(f => FollowAsync(f, stoppingToken)));

    private async Task FollowAsync(Follower follower, CancellationToken cancellationToken)
    {
        // What rang in a life before, and was not done by its end, rings no more.
        await DoAsync(follower, () => CatchUpAsync(follower, cancellationToken), cancellationToken);
        await foreach (var evaluated in follower.Rings.Reader.ReadAllAsync(cancellationToken))
            await DoAsync(follower, () => TakeAsync(follower, evaluated, cancellationToken), cancellationToken);
    }

    /// <summary>Does it until it is done: nothing may be left out, and no other account waits for this one.</summary>
    private async Task DoAsync(Follower follower, Func<Task> work, CancellationToken cancellationToken)
    {
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                await work();
                return;
            }
#pragma warning disable CA1031 // Whatever broke, the account goes on from its position.
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                LogNotTaken(e, follower.Desk.Account);
            }

            await Task.Delay(pause, _clock, cancellationToken);
        }
    }

    /// <summary>Takes what the signal service has beyond the account's positions.</summary>
    private async Task CatchUpAsync(Follower follower, CancellationToken cancellationToken)
    {
        foreach (var (partition, last) in await _log.OpenSession().LastSequencesAsync(Consumer, follower.Desk.Account, cancellationToken))
            await TakeMissingAsync(follower, partition, last, long.MaxValue, cancellationToken);
    }

    /// <summary>The bus is the doorbell: what it skipped, or the account could not take, is in the signal service's log.</summary>
    private async Task TakeAsync(Follower follower, BarsEvaluated evaluated, CancellationToken cancellationToken)
    {
        var last = await _log.OpenSession().LastSequenceAsync(Consumer, follower.Desk.Account, evaluated.Partition, cancellationToken);
        if (evaluated.Sequence <= last) return;

        if (last == 0) last = await BeginAsync(follower.Desk, evaluated, cancellationToken);
        last = await TakeMissingAsync(follower, evaluated.Partition, last, evaluated.Sequence - 1, cancellationToken);
        await TradeAsync(follower, evaluated, last, cancellationToken);
    }

    private async Task<long> TakeMissingAsync(Follower follower, int partition, long last, long to, CancellationToken cancellationToken)
    {
        await foreach (var batch in _evaluations.ReadAsync(SessionBook.LiveSession, partition, last + 1, to, cancellationToken))
        {
            if (batch.WarmUp) continue;
            await TradeAsync(follower, batch, last, cancellationToken);
            last = batch.Sequence;
        }

        return last;
    }

    /// <summary>From here on nothing is left out, though the account cannot be asked yet.</summary>
    private async Task<long> BeginAsync(AccountDesk desk, BarsEvaluated evaluated, CancellationToken cancellationToken)
    {
        var before = evaluated.Sequence - 1;
        if (before == 0) return 0;

        var session = _log.OpenSession();
        session.AdvanceSequence(Consumer, desk.Account, evaluated.Partition, 0, before);
        await session.SaveChangesAsync(cancellationToken);
        return before;
    }

    private async Task TradeAsync(Follower follower, BarsEvaluated evaluated, long last, CancellationToken cancellationToken)
    {
        var desk = follower.Desk;
        var signals = evaluated.Signals.Where(s => follower.Strategies.Contains(s.Strategy)).ToList();
        await ListAsync(desk, [.. signals.Select(s => SymbolOf(desk, s.Instrument)).Distinct(StringComparer.Ordinal)], cancellationToken);

        var batch = await _batches.FindAsync(evaluated.SessionId, evaluated.Partition, evaluated.Sequence, cancellationToken);
        await desk.FollowAsync(
            new FeedStep(Consumer, evaluated.Partition, last, evaluated.Sequence), (engine, now) => Decide(engine, desk, batch.Bars, signals, now), cancellationToken);
    }

    /// <summary>Instant by instant, as a session does: first the bars, then the signals of their close.</summary>
    private static void Decide(AccountEngine engine, AccountDesk desk, BarColumns bars, List<SignalRaised> signals, DateTimeOffset now)
    {
        InstrumentId?[] instruments = [.. bars.Instruments.Select(i => engine.InstrumentOf(SymbolOf(desk, i)))];
        var next = 0;
        for (var row = 0; row < bars.Count;)
        {
            var close = bars.CloseMs[row];
            for (; row < bars.Count && bars.CloseMs[row] == close; row++)
            {
                if (instruments[bars.Instrument[row]] is { } instrument)
                    engine.OnBar(instrument, new Bar(close, bars.Open[row], bars.High[row], bars.Low[row], bars.Close[row], bars.Volume[row]), now);
            }

            for (; next < signals.Count && signals[next].BarClose.ToUnixTimeMilliseconds() <= close; next++)
            {
                var signal = SessionBook.ToDomain(signals[next]);
                if (engine.InstrumentOf(SymbolOf(desk, signals[next].Instrument)) is { } instrument) engine.OnSignal(signal with { Instrument = instrument }, now);
            }
        }
    }

    private static string SymbolOf(AccountDesk desk, string instrument) => desk.Broker.SymbolOf(new InstrumentId(instrument));

    private static async Task ListAsync(AccountDesk desk, IReadOnlyList<string> symbols, CancellationToken cancellationToken)
    {
        if (symbols.Count == 0) return;

        var missing = await desk.AskAsync((engine, _) => symbols.Where(s => engine.InstrumentOf(s) is null).ToList(), null, cancellationToken);
        if (missing.Count > 0) await desk.ListAsync([.. missing.Select(s => new InstrumentId($"{s}.{desk.Venue}"))], cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Account {Account} could not take what was evaluated; it tries again.")]
    private partial void LogNotTaken(Exception exception, string account);

    /// <summary>An account, and what rang for it. Of more than can wait the oldest are read from the signal service's log.</summary>
    private sealed record Follower(AccountDesk Desk, IReadOnlySet<string> Strategies)
    {
        public Channel<BarsEvaluated> Rings { get; } =
            Channel.CreateBounded<BarsEvaluated>(new BoundedChannelOptions(BatchCache.MostBatches) { FullMode = BoundedChannelFullMode.DropOldest });
    }
}
