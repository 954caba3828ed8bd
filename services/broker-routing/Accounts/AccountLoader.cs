using System.Text.Json;
using AlgoStack.BrokerRouting.Brokers;
using AlgoStack.BrokerRouting.Orders;
using AlgoStack.Engine;
using AlgoStack.EventStore.Streams;
using AlgoStack.EventStore.Subscriptions;
using AlgoStack.Trading.Accounts;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Positions;
using AlgoStack.Trading.Risk;
using Npgsql;

namespace AlgoStack.BrokerRouting.Accounts;

/// <summary>What the log has of an account that an engine goes on from.</summary>
/// <param name="Events">The account's own, with the newest word on each currency and each position.</param>
/// <param name="OpenOrders">Orders that are not done.</param>
/// <param name="Instruments">That any of these are of.</param>
public sealed record StoredAccount(IReadOnlyList<object> Events, IReadOnlyList<Order> OpenOrders, IReadOnlyCollection<InstrumentId> Instruments);

/// <summary>
/// Reads accounts from the log. Which orders are not done, and of what there are positions, the tables say that follow the
/// log, once they have come to its end; what they are, the log says.
/// </summary>
public sealed class AccountLoader(EventLog log, NpgsqlDataSource database, EventDaemon daemon)
{
    private const string NotDone = "'Requested', 'Approved', 'Submitted', 'Accepted', 'PartiallyFilled', 'Unknown'";
    private static readonly TimeSpan LongestCatchUp = TimeSpan.FromMinutes(5);

    public AccountEngine NewEngine(string account, IBroker broker)
    {
        var portfolio = new PortfolioKeeper(account, openingBalance: 0);
        return new AccountEngine(new AccountTerms(account, broker.Venue, broker.Capabilities), portfolio, new RiskEngine(portfolio, RiskLimits.Default));
    }

    /// <exception cref="TimeoutException">The tables do not come to the log's end.</exception>
    public async Task<StoredAccount> ReadAsync(string account, CancellationToken cancellationToken)
    {
        await daemon.WaitForNonStaleProjectionDataAsync(["order_blotter", "position_book"], LongestCatchUp, cancellationToken);

        var orders = await ReadOrdersAsync(
            await TextsAsync($"select order_id from orders where account = $1 and status in ({NotDone})", [account], cancellationToken), cancellationToken);
        var positions = await ReadPositionsAsync(account, cancellationToken);
        var events = await ReadAccountAsync(account, cancellationToken);
        return new StoredAccount(
            [.. events, .. positions], orders, [.. orders.Select(o => o.Intent.Instrument).Concat(positions.Select(p => p.Instrument)).Distinct()]);
    }

    /// <summary>The order as its stream makes it; null where there is none.</summary>
    public async Task<Order?> ReadOrderAsync(ClientOrderId order, CancellationToken cancellationToken) =>
        Order.From((await log.OpenSession().FetchStreamAsync($"order-{order}", cancellationToken: cancellationToken)).Select(e => (OrderEvent)e.Data));

    /// <summary>Those of the orders that are ours, and of this account.</summary>
    /// <param name="ids">Ours, as venues repeat them.</param>
    /// <param name="venueOrderIds">The venue's: it may name no other.</param>
    /// <exception cref="TimeoutException">The tables do not come to the log's end.</exception>
    public async Task<IReadOnlyList<Order>> ReadOrdersAsync(
        string account, IReadOnlyCollection<string> ids, IReadOnlyCollection<string> venueOrderIds, CancellationToken cancellationToken)
    {
        if (ids.Count == 0 && venueOrderIds.Count == 0) return [];

        await daemon.WaitForNonStaleProjectionDataAsync(["order_blotter"], LongestCatchUp, cancellationToken);
        return await ReadOrdersAsync(
            await TextsAsync(
                "select order_id from orders where account = $1 and (order_id = any($2) or venue_order_id = any($3))",
                [account, ids.ToArray(), venueOrderIds.ToArray()],
                cancellationToken),
            cancellationToken);
    }

    private async Task<List<Order>> ReadOrdersAsync(List<string> ids, CancellationToken cancellationToken)
    {
        var orders = new List<Order>();
        foreach (var id in ids)
        {
            if (await ReadOrderAsync(new ClientOrderId(id), cancellationToken) is { } order) orders.Add(order);
        }

        return orders;
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
                where stream_id = $1 and type in ('account_opened', 'account_gated', 'account_reconciled', 'drift_found', 'drift_resolved')
                union all
                (select distinct on (data ->> 'Currency') seq_id, type, data from mt_events
                where stream_id = $1 and type = 'cash_moved'
                order by data ->> 'Currency', seq_id desc)
            ) as account
            order by seq_id
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
