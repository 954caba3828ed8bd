using System.Text.Json;
using AlgoStack.BrokerRouting.Brokers;
using AlgoStack.BrokerRouting.Orders;
using AlgoStack.Engine;
using AlgoStack.EventStore.Streams;
using AlgoStack.EventStore.Subscriptions;
using AlgoStack.Trading.Accounts;
using AlgoStack.Trading.Executions;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Positions;
using AlgoStack.Trading.Risk;
using AlgoStack.Trading.Venues;
using Npgsql;

namespace AlgoStack.BrokerRouting.Accounts;

/// <summary>What the log has of an account that an engine goes on from.</summary>
/// <param name="Events">
/// The account's own, with the newest word on each currency, on what it is worth, on each position and on each strategy; and those of
/// executions that have not ended.
/// </param>
/// <param name="OpenOrders">Orders that are not done, with those of their groups, and all slices of executions that have not ended.</param>
/// <param name="Counted">What counts against risk's limits since its newest day began, with what its orders were to be.</param>
/// <param name="Instruments">Of those orders, and of what is held: without them the account cannot be traded.</param>
/// <param name="OtherInstruments">Of what was held, and of what else counts.</param>
public sealed record StoredAccount(
    IReadOnlyList<object> Events,
    IReadOnlyList<Order> OpenOrders,
    IReadOnlyList<(OrderIntent Intent, OrderEvent Event)> Counted,
    IReadOnlyCollection<InstrumentId> Instruments,
    IReadOnlyCollection<InstrumentId> OtherInstruments);

/// <summary>
/// Reads accounts from the log. Which orders are not done, and of what there are positions, the tables say that follow the
/// log, once they have come to its end; what they are, the log says.
/// </summary>
public sealed class AccountLoader(EventLog log, NpgsqlDataSource database, EventDaemon daemon)
{
    private static readonly TimeSpan LongestCatchUp = TimeSpan.FromMinutes(5);

    public AccountEngine NewEngine(string account, IBroker broker)
    {
        var portfolio = new PortfolioKeeper(account, openingBalance: 0);
        return new AccountEngine(new AccountTerms(account, broker.Venue, broker.Capabilities), portfolio, new RiskEngine(portfolio, RiskLimits.Default));
    }

    /// <exception cref="TimeoutException">The tables do not come to the log's end.</exception>
    public async Task<StoredAccount> ReadAsync(string account, CancellationToken cancellationToken)
    {
        await daemon.WaitForNonStaleProjectionDataAsync(["order_blotter", "position_book", "execution_book"], LongestCatchUp, cancellationToken);

        var orders = await ReadGroupsAsync(
            await TextsAsync(
                $"select order_id from orders where account = $1 and (status in ({OrderBlotter.NotDone}) or execution in (select execution_id from executions where account = $1 and ended is null))",
                [account],
                cancellationToken),
            cancellationToken);
        var executions = await ReadExecutionsAsync(account, cancellationToken);
        var positions = await ReadPositionsAsync(account, cancellationToken);
        var events = await ReadAccountAsync(account, cancellationToken);
        var counted = await ReadCountedAsync(account, cancellationToken);
        return new StoredAccount(
            [.. events, .. positions, .. executions],
            orders,
            counted,
            [.. orders.Select(o => o.Intent.Instrument).Concat(positions.Where(p => p.Quantity != 0).Select(p => p.Instrument)).Distinct()],
            [.. positions.Where(p => p.Quantity == 0).Select(p => p.Instrument)
                .Concat(counted.Select(c => c.Intent.Instrument))
                .Concat(events.OfType<RiskDayBegan>().SelectMany(d => d.Holdings).Select(h => h.Instrument))
                .Concat(executions.OfType<ExecutionRequested>().Select(x => x.Plan.Instrument)).Distinct()]);
    }

    /// <summary>The order as its stream makes it; null where there is none.</summary>
    public async Task<Order?> ReadOrderAsync(ClientOrderId order, CancellationToken cancellationToken) =>
        Order.From((await log.OpenSession().FetchStreamAsync($"order-{order}", cancellationToken: cancellationToken)).Select(e => (OrderEvent)e.Data));

    /// <summary>The parent order as its stream makes it, without what its slices have traded while it has not ended; null where there is none.</summary>
    public async Task<ExecutionProgress?> ReadExecutionAsync(string execution, CancellationToken cancellationToken)
    {
        var events = (await log.OpenSession().FetchStreamAsync(AccountDesk.StreamOf(execution), cancellationToken: cancellationToken)).Select(e => e.Data).ToList();
        if (events.OfType<ExecutionRequested>().FirstOrDefault() is not { } requested) return null;

        var ended = events.OfType<ExecutionEnded>().FirstOrDefault();
        return new ExecutionProgress(requested.Plan, requested.At, events.OfType<ExecutionStopped>().FirstOrDefault(), ended, ended?.Traded ?? 0, 0);
    }

    /// <summary>The order that a group is named after, with all its exits; of an order that is in none itself, and nothing where there is none.</summary>
    public async Task<IReadOnlyList<Order>> ReadGroupAsync(string name, CancellationToken cancellationToken)
    {
        if (await ReadOrderAsync(new ClientOrderId(name), cancellationToken) is not { } head) return [];

        var group = new List<Order> { head };
        foreach (var leg in Enum.GetValues<OrderLeg>())
        {
            // The first of two exits of what is held is the one that the group is named after.
            var turn = head.Intent.Leg == leg ? 1 : 0;
            while (await ReadOrderAsync(ExitOf(leg, turn++), cancellationToken) is { } exit) group.Add(exit);
        }

        return group;

        ClientOrderId ExitOf(OrderLeg leg, int turn) =>
            (leg, turn) == (OrderLeg.StopLoss, 0) && head.Intent.FirstStop is { } first ? first : ClientOrderId.ForExit(name, leg, turn);
    }

    /// <summary>Those of the orders that are ours, and of this account, with those of their groups.</summary>
    /// <param name="ids">Ours, as venues repeat them.</param>
    /// <param name="venueOrderIds">The venue's: it may name no other.</param>
    /// <exception cref="TimeoutException">The tables do not come to the log's end.</exception>
    public async Task<IReadOnlyList<Order>> ReadOrdersAsync(
        string account, IReadOnlyCollection<string> ids, IReadOnlyCollection<string> venueOrderIds, CancellationToken cancellationToken)
    {
        if (ids.Count == 0 && venueOrderIds.Count == 0) return [];

        await daemon.WaitForNonStaleProjectionDataAsync(["order_blotter"], LongestCatchUp, cancellationToken);
        return await ReadGroupsAsync(
            await TextsAsync(
                """
                select order_id from orders
                where account = $1 and (order_id = any($2) or order_id in (select order_id from venue_orders where venue_order_id = any($3)))
                """,
                [account, ids.ToArray(), venueOrderIds.ToArray()],
                cancellationToken),
            cancellationToken);
    }

    /// <summary>
    /// Those of the executions that are not booked: a busy account's statement names thousands that are, and their orders need not be
    /// read for it.
    /// </summary>
    /// <exception cref="TimeoutException">The tables do not come to the log's end.</exception>
    public async Task<IReadOnlyList<Execution>> UnbookedAsync(
        string account, IReadOnlyList<Execution> executions, Func<string, InstrumentId> instrumentOf, CancellationToken cancellationToken)
    {
        if (executions.Count == 0) return executions;

        await daemon.WaitForNonStaleProjectionDataAsync(["order_blotter"], LongestCatchUp, cancellationToken);
        await using var command = database.CreateCommand(
            // A venue may give an id twice: a fill is the same one where all of it is.
            """
            with told as (
                select * from unnest($2, $3, $4, $5, $6, $7, $8) with ordinality
                    as told (order_id, venue_order_id, trade_id, instrument, side, quantity, price, number)
            )
            select distinct named.number
            from (
                select number, order_id from told
                union all
                select told.number, venue_orders.order_id from told join venue_orders using (venue_order_id)
            ) as named
            join told on told.number = named.number
            join fills on fills.order_id = named.order_id and fills.trade_id = told.trade_id and fills.quantity = told.quantity and fills.price = told.price
            join orders on orders.order_id = named.order_id and orders.account = $1 and orders.instrument = told.instrument and orders.side = told.side
            """);
        object[] parameters =
        [
            account,
            executions.Select(e => e.ClientOrderId).ToArray(),
            executions.Select(e => e.VenueOrderId).ToArray(),
            executions.Select(e => e.TradeId).ToArray(),
            executions.Select(e => instrumentOf(e.Symbol).Value).ToArray(),
            executions.Select(e => e.Side.ToString()).ToArray(),
            executions.Select(e => e.Quantity).ToArray(),
            executions.Select(e => e.Price).ToArray(),
        ];
        foreach (var value in parameters) command.Parameters.Add(new NpgsqlParameter { Value = value });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var booked = new HashSet<long>();
        while (await reader.ReadAsync(cancellationToken)) booked.Add(reader.GetInt64(0));
        return [.. executions.Where((_, i) => !booked.Contains(i + 1))];
    }

    private async Task<List<Order>> ReadGroupsAsync(List<string> ids, CancellationToken cancellationToken)
    {
        var orders = new Dictionary<ClientOrderId, Order>();
        foreach (var id in ids.Select(i => new ClientOrderId(i)))
        {
            if (orders.ContainsKey(id) || await ReadOrderAsync(id, cancellationToken) is not { } order) continue;

            // The exits of an entry that is not done are not done either: they are found by themselves.
            orders.TryAdd(id, order);
            if (order.Intent.OneCancelsOther is null && (!order.Status.IsFinal() || order.Intent.Execution is not null)) continue;

            foreach (var one in await ReadGroupAsync(order.Intent.OneCancelsOther ?? id.Value, cancellationToken)) orders.TryAdd(one.Id, one);
        }

        return [.. orders.Values];
    }

    private async Task<List<ExecutionEvent>> ReadExecutionsAsync(string account, CancellationToken cancellationToken)
    {
        var events = new List<ExecutionEvent>();
        foreach (var execution in await TextsAsync("select execution_id from executions where account = $1 and ended is null", [account], cancellationToken))
        {
            var stream = await log.OpenSession().FetchStreamAsync(AccountDesk.StreamOf(execution), cancellationToken: cancellationToken);
            events.AddRange(stream.Select(e => (ExecutionEvent)e.Data));
        }

        return events;
    }

    private async Task<List<PositionEvent>> ReadPositionsAsync(string account, CancellationToken cancellationToken)
    {
        var positions = new List<PositionEvent>();
        foreach (var instrument in await TextsAsync("select instrument from positions where account = $1", [account], cancellationToken))
        {
            var stream = $"position-{account}-{instrument}";
            var session = log.OpenSession();
            if (await session.FetchStreamStateAsync(stream, cancellationToken) is not { } state) continue;

            var newest = await session.FetchStreamAsync(stream, fromVersion: state.Version, cancellationToken: cancellationToken);
            positions.Add((PositionEvent)newest[^1].Data);
        }

        return positions;
    }

    private async Task<List<AccountEvent>> ReadAccountAsync(string account, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            select type, data from (
                select seq_id, type, data from mt_events
                where stream_id = $1 and (type in ('account_opened', 'account_gated', 'account_reconciled', 'account_flattened', 'drift_found', 'drift_resolved')
                    or starts_with(type, 'corporate_action_'))
                union all
                (select distinct on (data ->> 'Currency') seq_id, type, data from mt_events
                where stream_id = $1 and type = 'cash_moved'
                order by data ->> 'Currency', seq_id desc)
                union all
                (select seq_id, type, data from mt_events
                where stream_id = $1 and type = 'account_valued'
                order by seq_id desc limit 1)
                union all
                (select distinct on (data ->> 'Source') seq_id, type, data from mt_events
                where stream_id = $1 and type = 'risk_limits_changed'
                order by data ->> 'Source', seq_id desc)
                union all
                (select seq_id, type, data from mt_events
                where stream_id = $1 and type = 'risk_day_began'
                order by seq_id desc limit 1)
                union all
                (select distinct on (data ->> 'Strategy', data ->> 'Instrument') seq_id, type, data from mt_events
                where stream_id = $1 and type = 'strategy_stood'
                order by data ->> 'Strategy', data ->> 'Instrument', seq_id desc)
            ) as account
            -- A day is counted in currencies that are known by then.
            order by type = 'risk_day_began', seq_id
            """);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = $"account-{account}" });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var events = new List<AccountEvent>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var type = log.Types.All.First(t => t.Key == reader.GetString(0)).Value;
            events.Add((AccountEvent)JsonSerializer.Deserialize(reader.GetString(1), type, StoredJson.Options)!);
        }

        return events;
    }

    private async Task<List<(OrderIntent Intent, OrderEvent Event)>> ReadCountedAsync(string account, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            select e.type, e.data, requested.data
            from mt_events e
            join mt_events requested on requested.stream_id = e.stream_id and requested.version = 1
            where e.seq_id > (select coalesce(max(seq_id), 0) from mt_events where stream_id = $1 and type = 'risk_day_began')
                and e.type in ('order_approved', 'order_filled')
                and requested.data -> 'Intent' ->> 'Account' = $2
            order by e.seq_id
            """);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = $"account-{account}" });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = account });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var counted = new List<(OrderIntent, OrderEvent)>();
        while (await reader.ReadAsync(cancellationToken))
        {
            OrderEvent e = reader.GetString(0) == "order_filled" ? Read<OrderFilled>(1) : Read<OrderApproved>(1);
            counted.Add((Read<OrderRequested>(2).Intent, e));
        }

        return counted;

        T Read<T>(int column) => JsonSerializer.Deserialize<T>(reader.GetString(column), StoredJson.Options)!;
    }

    private async Task<List<string>> TextsAsync(string sql, object[] parameters, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(sql);
        foreach (var value in parameters) command.Parameters.Add(new NpgsqlParameter { Value = value });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var texts = new List<string>();
        while (await reader.ReadAsync(cancellationToken)) texts.Add(reader.GetString(0));
        return texts;
    }
}
