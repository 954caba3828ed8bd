using AlgoStack.BrokerRouting.Portfolios;
using AlgoStack.BrokerRouting.Risk;
using AlgoStack.Contracts.Signals;
using AlgoStack.EventStore.Streams;
using AlgoStack.ServiceDefaults.Clients;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Positions;
using MassTransit;

namespace AlgoStack.BrokerRouting.Orders;

/// <summary>
/// Trades every evaluated batch: the venue moves on only over bars whose signals are known, so a replay at any speed
/// makes the backtest's orders. All that a batch brings about is one transaction.
/// </summary>
public sealed class RouteSignals(SessionBooks books, BatchCache batches, TradingSwitch trading, EventLog log, EvaluationClient evaluations)
    : IConsumer<BarsEvaluated>
{
    private const string Consumer = "route-signals";

    public async Task Consume(ConsumeContext<BarsEvaluated> context)
    {
        var evaluated = context.Message;
        var last = await log.OpenSession().LastSequenceAsync(Consumer, evaluated.SessionId, evaluated.Partition, context.CancellationToken);

        // The bus is the doorbell: what it skipped is in the signal service's log.
        if (evaluated.Sequence > last + 1)
        {
            var missing = evaluations.ReadAsync(evaluated.SessionId, evaluated.Partition, last + 1, evaluated.Sequence - 1, context.CancellationToken);
            await foreach (var batch in missing) await RouteAsync(batch, context.CancellationToken);
        }

        if (evaluated.Sequence > last) await RouteAsync(evaluated, context.CancellationToken);
    }

    private async Task RouteAsync(BarsEvaluated evaluated, CancellationToken cancellationToken)
    {
        var last = evaluated.Sequence - 1;
        var bars = await batches.FindAsync(evaluated.SessionId, evaluated.Partition, evaluated.Sequence, cancellationToken);
        var book = await books.AtAsync(evaluated.SessionId, evaluated.Partition, last, cancellationToken);
        var session = log.OpenSession();
        var account = AccountMarked.StreamOf(book.Trading.Account);

        var state = trading.State;
        if (state != book.Trading.State)
        {
            book.Control(state);
            session.Append(account, new TradingControlled(evaluated.SessionId, state.ToString(), last, trading.Reason));
        }

        var marked = book.Advance(bars.Bars, bars.Instruments, evaluated);
        foreach (var e in book.Trading.OrderEvents) session.Append(StreamOf(e.OrderId), e);
        foreach (var e in book.Trading.PositionEvents) session.Append(StreamOf(e), e);
        session.Append(account, marked);
        session.AdvanceSequence(Consumer, evaluated.SessionId, evaluated.Partition, last, evaluated.Sequence);
        await session.SaveChangesAsync(cancellationToken);

        book.Trading.OrderEvents.Clear();
        book.Trading.PositionEvents.Clear();
    }

    private static string StreamOf(ClientOrderId order) => $"order-{order}";

    private static string StreamOf(PositionEvent e) => $"position-{e.Account}-{e.Instrument}";
}
