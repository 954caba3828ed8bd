using System.Globalization;
using System.Text.Json;
using AlgoStack.Trading.Venues;

namespace AlgoStack.BrokerRouting.Brokers.Binance;

/// <summary>Binance's <c>cancelReplace</c>: a cancel and a new order in one request, of which the second half may fail alone.</summary>
internal static class BinanceReplacement
{
    /// <summary>What replaces an order that has no fills by itself with the changes.</summary>
    /// <param name="order">As Binance shows it.</param>
    /// <returns>Null where Binance does not show all that would be needed: a trail, an iceberg, one of a list.</returns>
    public static IReadOnlyList<(string Name, string Value)>? Parameters(JsonElement order, VenueOrderChange change)
    {
        var type = order.OptionalText("type");
        if (type is not ("LIMIT" or "LIMIT_MAKER" or "STOP_LOSS" or "STOP_LOSS_LIMIT")
            || order.OptionalInteger("trailingDelta") is > 0
            || order.OptionalInteger("orderListId") is >= 0
            || order.OptionalDecimal("icebergQty") is > 0)
        {
            return null;
        }

        List<(string, string)> parameters =
        [
            ("symbol", order.Text("symbol")),
            ("side", order.Text("side")),
            ("type", type),
            ("cancelReplaceMode", "STOP_ON_FAILURE"),
            // A fill between the question and this would be traded twice.
            ("cancelRestrictions", "ONLY_NEW"),
            ("cancelOrderId", order.Integer("orderId").ToString(CultureInfo.InvariantCulture)),
            ("newClientOrderId", change.ClientId),
            ("newOrderRespType", "FULL"),
            ("quantity", (change.Quantity ?? order.Decimal("origQty")).Plain()),
        ];
        if (type is "LIMIT" or "STOP_LOSS_LIMIT") parameters.Add(("timeInForce", order.Text("timeInForce")));
        if (type is not "STOP_LOSS") parameters.Add(("price", (change.LimitPrice ?? order.Decimal("price")).Plain()));
        if (type is "STOP_LOSS" or "STOP_LOSS_LIMIT") parameters.Add(("stopPrice", (change.StopPrice ?? order.Decimal("stopPrice")).Plain()));
        return parameters;
    }

    /// <summary>The order in the other's place.</summary>
    public static OrderSnapshot Read(JsonElement answer) => BinanceOrders.Read(answer.Member("newOrderResponse"));

    /// <summary>What has become of the old order where not both halves were done; null where the error is not about halves.</summary>
    public static ChangeResult? ReadFailure(JsonElement answer)
    {
        if (answer.Optional("data") is not { } data) return null;

        return (data.OptionalText("cancelResult"), data.OptionalText("newOrderResult")) switch
        {
            ("FAILURE", "NOT_ATTEMPTED" or "FAILURE") =>
                new ChangeResult.Refused(BinanceErrors.Read(400, data.Member("cancelResponse"), retryAfter: null, isPlacing: false)),
            ("SUCCESS", "FAILURE") => new ChangeResult.Taken(BinanceOrders.Read(data.Member("cancelResponse")) with
            {
                Reason = BinanceErrors.Read(400, data.Member("newOrderResponse"), retryAfter: null, isPlacing: true).ToString(),
            }),
            _ => null,
        };
    }
}
