using AlgoStack.BrokerRouting.Orders;
using AlgoStack.Contracts.MarketData;
using AlgoStack.Contracts.Signals;
using AlgoStack.Engine;
using AlgoStack.EventStore.Streams;
using AlgoStack.ServiceDefaults.Clients;
using AlgoStack.ServiceDefaults.Problems;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.MarketData;
using MassTransit;

namespace AlgoStack.BrokerRouting.Accounts;

/// <summary>
/// Lets strategies trade on accounts at brokers: what the session of live feeds evaluates goes to each account that a strategy is
/// configured for, batch by batch. An account's position in the session moves with what it decides, in one transaction, so that no
/// batch is decided twice and none is left out; an account that begins, begins with the batch it hears of first.
/// <para>
/// Data and account call an instrument by names of their own. A signal trades what the account's venue lists under the symbol that
/// the data has, in the venue's spelling: <c>BTC/USDT.KRAKEN</c> is <c>BTCUSDT.BINANCE-SPOT</c> there, <c>AAPL.SIM</c> is
/// <c>AAPL.ALPACA</c>. What the venue does not list is left aside.
/// </para>
/// </summary>
public sealed partial class TradeSignals(
    AccountDesks desks, BatchCache batches, EventLog log, EvaluationClient evaluations, TimeProvider clock, ILogger<TradeSignals> logger) : IConsumer<BarsEvaluated>
{
    private const string Consumer = "trade-signals";
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(250);

    /// <summary>An account that cannot be asked for so long holds up no other: it goes on from its position with a later batch.</summary>
    private static readonly TimeSpan MostWait = TimeSpan.FromSeconds(30);

    public async Task Consume(ConsumeContext<BarsEvaluated> context)
    {
        var evaluated = context.Message;
        if (evaluated.SessionId != SessionBook.LiveSession || evaluated.WarmUp) return;

        await Task.WhenAll(desks.All.Where(d => desks.StrategiesOf(d).Count > 0).Select(d => FollowAsync(d, evaluated, context.CancellationToken)));
    }

    private async Task FollowAsync(AccountDesk desk, BarsEvaluated evaluated, CancellationToken cancellationToken)
    {
        var began = clock.GetTimestamp();
        while (true)
        {
            try
            {
                await CatchUpAsync(desk, evaluated, cancellationToken);
                return;
            }
            catch (ProblemException e) when (e.Retryable)
            {
                if (clock.GetElapsedTime(began) > MostWait)
                {
                    LogLeftBehind(desk.Account, evaluated.Sequence, e.Message);
                    return;
                }

                await Task.Delay(RetryPause, clock, cancellationToken);
            }
        }
    }

    /// <summary>The bus is the doorbell: what it skipped, or the account could not take, is in the signal service's log.</summary>
    private async Task CatchUpAsync(AccountDesk desk, BarsEvaluated evaluated, CancellationToken cancellationToken)
    {
        var last = await log.OpenSession().LastSequenceAsync(Consumer, desk.Account, evaluated.Partition, cancellationToken);
        if (evaluated.Sequence <= last) return;

        if (last == 0) last = await BeginAsync(desk, evaluated, cancellationToken);
        var missing = evaluations.ReadAsync(evaluated.SessionId, evaluated.Partition, last + 1, evaluated.Sequence - 1, cancellationToken);
        await foreach (var batch in missing)
        {
            if (batch.WarmUp) continue;
            await TradeAsync(desk, batch, last, cancellationToken);
            last = batch.Sequence;
        }

        await TradeAsync(desk, evaluated, last, cancellationToken);
    }

    /// <summary>From here on nothing is left out, though the account cannot be asked yet.</summary>
    private async Task<long> BeginAsync(AccountDesk desk, BarsEvaluated evaluated, CancellationToken cancellationToken)
    {
        var before = evaluated.Sequence - 1;
        if (before == 0) return 0;

        var session = log.OpenSession();
        session.AdvanceSequence(Consumer, desk.Account, evaluated.Partition, 0, before);
        await session.SaveChangesAsync(cancellationToken);
        return before;
    }

    private async Task TradeAsync(AccountDesk desk, BarsEvaluated evaluated, long last, CancellationToken cancellationToken)
    {
        var strategies = desks.StrategiesOf(desk);
        var signals = evaluated.Signals.Where(s => strategies.Contains(s.Strategy)).ToList();
        await ListAsync(desk, [.. signals.Select(s => SymbolOf(desk, s.Instrument)).Distinct(StringComparer.Ordinal)], cancellationToken);

        var batch = await batches.FindAsync(evaluated.SessionId, evaluated.Partition, evaluated.Sequence, cancellationToken);
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

    [LoggerMessage(Level = LogLevel.Warning, Message = "Account {Account} could not be asked about batch {Sequence}, and goes on with a later one: {Reason}")]
    private partial void LogLeftBehind(string account, long sequence, string reason);
}
