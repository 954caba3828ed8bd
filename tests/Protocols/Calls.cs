using System.Text.Json;
using AlgoStack.BrokerRouting.Brokers;
using AlgoStack.Trading.Venues;

namespace AlgoStack.Protocols;

/// <summary>Calls of the broker's interface by the names that fixtures have for them.</summary>
internal static class Calls
{
    private static readonly DateTimeOffset LongAgo = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Makes the call and tells what came of it in the fixtures' members.</summary>
    /// <exception cref="NotSupportedException">Our brokers have no such call.</exception>
    public static async Task<JsonElement> MakeAsync(IBroker broker, string call, Intent intent)
    {
        string[] symbols = [intent.Symbol];
        try
        {
            return call switch
            {
                "Place" or "PlaceOrder" => Canonical.Of(await broker.PlaceAsync(intent.Order(broker.Capabilities), default)),
                "Cancel" or "CancelOrder" => Canonical.Of(
                    await broker.CancelAsync(intent.Reference, default), "cancelAck", VenueOrderStatus.PendingCancel),
                "Replace" or "ReplaceOrder" or "Amend" or "AmendOrder" or "Modify" or "ModifyOrder" => Canonical.Of(
                    await broker.ReplaceAsync(intent.Reference, intent.Change, default), "order", VenueOrderStatus.PendingReplace),
                "Get" or "GetOrder" or "Query" or "QueryOrder" or "Lookup" => Canonical.Of(await broker.GetOrderAsync(intent.Reference, default)),
                "OpenOrders" or "GetOpenOrders" or "ListOrders" or "ListOpenOrders" or "GetOrders" => await OpenOrdersAsync(broker, symbols),
                "Executions" or "GetExecutions" or "Fills" or "GetFills" or "GetTrades" or "ListFills" =>
                    Canonical.Of(await broker.GetExecutionsAsync(symbols, LongAgo, default)),
                "Positions" or "GetPositions" or "ListPositions" => Canonical.Of(await broker.GetPositionsAsync(default)),
                "Balances" or "GetBalances" or "Account" or "GetAccount" => Canonical.Of(await broker.GetBalancesAsync(default)),
                _ => throw new NotSupportedException($"the call {call}"),
            };
        }
        catch (BrokerException e)
        {
            return Canonical.Of(e);
        }
    }

    private static async Task<JsonElement> OpenOrdersAsync(IBroker broker, string[] symbols)
    {
        var (orders, areComplete) = await broker.GetOpenOrdersAsync(symbols, default);
        return Canonical.Of(orders, areComplete);
    }
}
