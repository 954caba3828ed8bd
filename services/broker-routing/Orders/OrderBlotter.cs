using AlgoStack.EventStore.Projections;
using AlgoStack.EventStore.Streams;
using AlgoStack.Trading.Orders;
using Npgsql;
using NpgsqlTypes;

namespace AlgoStack.BrokerRouting.Orders;

/// <summary>Every order with where it stands and what venues call it, and every fill. Follows the log in pages, written in bulk.</summary>
public sealed class OrderBlotter : Projection
{
    /// <summary>What an order that may still be filled stands at, as the table has it and its index of them.</summary>
    internal const string NotDone = "'Requested', 'Approved', 'Submitted', 'Accepted', 'PartiallyFilled', 'Unknown'";

    public override string Name => "order_blotter";

    public override IReadOnlyList<string> Tables => ["orders", "fills", "venue_orders"];

    public override async Task ApplyAsync(
        IReadOnlyList<StoredEvent> events, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var requested = events.Where(e => e.Data is OrderRequested).ToList();
        var changes = new Dictionary<ClientOrderId, Change>();
        var fills = new List<(long Sequence, OrderFilled Fill)>();
        var names = new List<(string VenueOrderId, ClientOrderId Order)>();
        foreach (var stored in events)
        {
            if (stored.Data is not OrderEvent e || e is OrderRequested) continue;

            if (!changes.TryGetValue(e.OrderId, out var change)) changes.Add(e.OrderId, change = new Change());
            change.Take(e);
            if (e is OrderFilled fill) fills.Add((stored.Sequence, fill));
            if (e is OrderAccepted accepted) names.Add((accepted.VenueOrderId, e.OrderId));
            if (e is OrderReplaced replaced) names.Add((replaced.VenueOrderId, e.OrderId));
        }

        if (requested.Count > 0) await InsertAsync(requested, connection, cancellationToken);
        if (fills.Count > 0) await InsertFillsAsync(fills, connection, cancellationToken);
        if (names.Count > 0) await InsertNamesAsync(names, connection, transaction, cancellationToken);
        if (changes.Count > 0) await UpdateAsync(changes, connection, transaction, cancellationToken);
    }

    private static async Task InsertAsync(List<StoredEvent> requested, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var copy = await connection.BeginBinaryImportAsync(
            """
            copy orders (order_id, session_id, account, strategy, instrument, side, type, quantity, status, signal_id, requested_at, updated_at, requested_seq, execution)
            from stdin (format binary)
            """,
            cancellationToken);
        foreach (var stored in requested)
        {
            var intent = ((OrderRequested)stored.Data).Intent;
            await copy.StartRowAsync(cancellationToken);
            await copy.WriteAsync(intent.OrderId.Value, cancellationToken);
            await copy.WriteAsync(SessionBook.SessionOf(intent.Account), cancellationToken);
            await copy.WriteAsync(intent.Account, cancellationToken);
            await copy.WriteAsync(intent.Strategy, cancellationToken);
            await copy.WriteAsync(intent.Instrument.Value, cancellationToken);
            await copy.WriteAsync(intent.Side.ToString(), cancellationToken);
            await copy.WriteAsync(intent.Type.ToString(), cancellationToken);
            await copy.WriteAsync(intent.Quantity, cancellationToken);
            await copy.WriteAsync(nameof(OrderStatus.Requested), cancellationToken);
            if (intent.SignalId is null) await copy.WriteNullAsync(cancellationToken);
            else await copy.WriteAsync(intent.SignalId.Value, cancellationToken);
            await copy.WriteAsync(intent.At, cancellationToken);
            await copy.WriteAsync(intent.At, cancellationToken);
            await copy.WriteAsync(stored.Sequence, cancellationToken);
            if (intent.Execution is null) await copy.WriteNullAsync(cancellationToken);
            else await copy.WriteAsync(intent.Execution, cancellationToken);
        }

        await copy.CompleteAsync(cancellationToken);
    }

    private static async Task InsertFillsAsync(
        List<(long Sequence, OrderFilled Fill)> fills, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var copy = await connection.BeginBinaryImportAsync(
            "copy fills (order_id, trade_id, seq_id, quantity, price, commission, at, fee, fee_asset) from stdin (format binary)", cancellationToken);
        foreach (var (sequence, fill) in fills)
        {
            await copy.StartRowAsync(cancellationToken);
            await copy.WriteAsync(fill.OrderId.Value, cancellationToken);
            await copy.WriteAsync(fill.TradeId, cancellationToken);
            await copy.WriteAsync(sequence, cancellationToken);
            await copy.WriteAsync(fill.Quantity, cancellationToken);
            await copy.WriteAsync(fill.Price, cancellationToken);
            await copy.WriteAsync(fill.Commission, cancellationToken);
            await copy.WriteAsync(fill.At, cancellationToken);
            if (fill.Fee is { } fee) await copy.WriteAsync(fee, cancellationToken);
            else await copy.WriteNullAsync(cancellationToken);
            if (fill.FeeAsset is { } asset) await copy.WriteAsync(asset, cancellationToken);
            else await copy.WriteNullAsync(cancellationToken);
        }

        await copy.CompleteAsync(cancellationToken);
    }

    private static async Task InsertNamesAsync(
        List<(string VenueOrderId, ClientOrderId Order)> names, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            // What a session's own venue calls its orders nobody asks for.
            """
            insert into venue_orders
            select named.venue_order_id, named.order_id
            from unnest($1, $2) as named (venue_order_id, order_id) join orders on orders.order_id = named.order_id and not starts_with(orders.account, $3)
            on conflict do nothing
            """,
            connection,
            transaction)
        {
            Parameters =
            {
                Texts(names.Select(n => n.VenueOrderId)),
                Texts(names.Select(n => n.Order.Value)),
                new NpgsqlParameter<string> { TypedValue = SessionBook.AccountPrefix },
            },
        };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task UpdateAsync(
        Dictionary<ClientOrderId, Change> changes, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            update orders set
                status = case
                    when orders.status in ('Canceled', 'Expired', 'Rejected', 'Denied') then orders.status
                    when change.status = 'Accepted' and orders.filled + change.filled > 0 then 'PartiallyFilled'
                    else coalesce(change.status, orders.status)
                end,
                quantity = coalesce(change.quantity, orders.quantity + change.late),
                code = coalesce(change.code, orders.code),
                reason = coalesce(change.reason, orders.reason),
                filled = orders.filled + change.filled,
                traded_value = orders.traded_value + change.traded_value,
                commission = orders.commission + change.commission,
                updated_at = change.updated_at
            from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
                as change (order_id, status, code, reason, filled, traded_value, commission, updated_at, quantity, late)
            where orders.order_id = change.order_id
            """,
            connection,
            transaction)
        {
            Parameters =
            {
                new NpgsqlParameter<string[]> { TypedValue = [.. changes.Keys.Select(id => id.Value)] },
                Texts(changes.Values.Select(c => c.Status)),
                Texts(changes.Values.Select(c => c.Code)),
                Texts(changes.Values.Select(c => c.Reason)),
                new NpgsqlParameter<decimal[]> { TypedValue = [.. changes.Values.Select(c => c.Filled)] },
                new NpgsqlParameter<decimal[]> { TypedValue = [.. changes.Values.Select(c => c.TradedValue)] },
                new NpgsqlParameter<decimal[]> { TypedValue = [.. changes.Values.Select(c => c.Commission)] },
                new NpgsqlParameter<DateTimeOffset[]> { TypedValue = [.. changes.Values.Select(c => c.At)] },
                new NpgsqlParameter { Value = changes.Values.Select(c => c.Quantity).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Numeric },
                new NpgsqlParameter<decimal[]> { TypedValue = [.. changes.Values.Select(c => c.Late)] },
            },
        };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static NpgsqlParameter Texts(IEnumerable<string?> values) =>
        new() { Value = values.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text };

    /// <summary>What a page's events do to one order.</summary>
    private sealed class Change
    {
        private string? _status;

        /// <summary>What is done stays so, though a late fill may come.</summary>
        public string? Status
        {
            get => _status;
            private set
            {
                if (_status is not (nameof(OrderStatus.Canceled) or nameof(OrderStatus.Expired) or nameof(OrderStatus.Rejected) or nameof(OrderStatus.Denied))) _status = value;
            }
        }

        public decimal? Quantity { get; private set; }

        /// <summary>What an order that was replaced before traded besides.</summary>
        public decimal Late { get; private set; }

        public string? Code { get; private set; }

        public string? Reason { get; private set; }

        public decimal Filled { get; private set; }

        public decimal TradedValue { get; private set; }

        public decimal Commission { get; private set; }

        public DateTimeOffset At { get; private set; }

        public void Take(OrderEvent e)
        {
            At = e.At;
            switch (e)
            {
                case OrderDenied denied:
                    (Status, Code, Reason) = (nameof(OrderStatus.Denied), denied.Code, denied.Reason);
                    break;
                case OrderApproved:
                    Status = nameof(OrderStatus.Approved);
                    break;
                case OrderSubmitted:
                    Status = nameof(OrderStatus.Submitted);
                    break;
                case OrderAccepted:
                    Status = nameof(OrderStatus.Accepted);
                    break;
                case OrderBecameUnknown unknown:
                    (Status, Reason) = (nameof(OrderStatus.Unknown), unknown.Reason);
                    break;
                case OrderReconciled reconciled:
                    Status = reconciled.IsAtVenue ? nameof(OrderStatus.Accepted) : nameof(OrderStatus.Approved);
                    break;
                case OrderResized resized:
                    Quantity = resized.Quantity;
                    break;
                case OrderReplaced replaced:
                    Quantity = replaced.Quantity;
                    break;
                case OrderExpired expired:
                    (Status, Reason) = (nameof(OrderStatus.Expired), expired.Reason);
                    break;
                case OrderOverfilled or OrderTouched or OrderExitsEnded or OrderCancelRequested or OrderCancelRefused or OrderReplaceRequested or OrderReplaceRefused:
                    break;
                case OrderRejected rejected:
                    (Status, Reason) = (nameof(OrderStatus.Rejected), rejected.Reason);
                    break;
                case OrderFilled fill:
                    Status = fill.Leaves == 0 ? nameof(OrderStatus.Filled) : nameof(OrderStatus.PartiallyFilled);
                    Filled += fill.Quantity;
                    if (fill.VenueOrderId is not null) (Quantity, Late) = (Quantity + fill.Quantity, Late + fill.Quantity);
                    TradedValue += fill.Quantity * fill.Price;
                    Commission += fill.Commission;
                    break;
                case OrderCanceled canceled:
                    (Status, Reason) = (nameof(OrderStatus.Canceled), canceled.Reason);
                    break;
                default:
                    throw new InvalidOperationException($"Order {e.OrderId}: the blotter does not know {e.GetType().Name}.");
            }
        }
    }
}
