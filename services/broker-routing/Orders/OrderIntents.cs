using System.Text.Json;
using AlgoStack.EventStore.Streams;
using AlgoStack.Trading.Orders;
using Npgsql;

namespace AlgoStack.BrokerRouting.Orders;

/// <summary>What each order of a page was meant to be: from the page itself, or from the first event of its stream.</summary>
public sealed class OrderIntents(NpgsqlDataSource database)
{
    public async Task<IReadOnlyDictionary<ClientOrderId, OrderIntent>> OfAsync(
        IReadOnlyList<StoredEvent> orders, CancellationToken cancellationToken)
    {
        var intents = new Dictionary<ClientOrderId, OrderIntent>();
        foreach (var stored in orders)
        {
            if (stored.Data is OrderRequested requested) intents[requested.OrderId] = requested.Intent;
        }

        string[] missing =
        [
            .. orders.Where(o => !intents.ContainsKey(((OrderEvent)o.Data).OrderId)).Select(o => o.StreamId).Distinct(StringComparer.Ordinal),
        ];
        if (missing.Length == 0) return intents;

        await using var command = database.CreateCommand(
            "select data from mt_events where stream_id = any($1) and version = 1");
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = missing });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var requested = JsonSerializer.Deserialize<OrderRequested>(reader.GetString(0), StoredJson.Options)!;
            intents[requested.OrderId] = requested.Intent;
        }

        return intents;
    }
}
