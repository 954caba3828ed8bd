using System.Text.Json;
using System.Text.Json.Nodes;
using AlgoStack.BrokerRouting.Brokers;
using AlgoStack.Trading.Venues;

namespace AlgoStack.Protocols;

/// <summary>What an adapter says, in the members that fixtures have for it.</summary>
internal static class Canonical
{
    public static JsonElement Of(PlaceResult result) => Element(result switch
    {
        PlaceResult.Accepted accepted => Order("order", accepted.Order),
        PlaceResult.Refused refused => Error(refused.Error),
        PlaceResult.AlreadyPlaced already => Error(already.Error),
        PlaceResult.OutcomeUnknown unknown => Error(unknown.Error ?? Unknown(unknown.Reason, PlacementOutcome.Unknown)),
        PlaceResult.NotSent notSent => Error(new BrokerError(
            BrokerErrorCategory.RateLimited, null, notSent.Reason, PlacementOutcome.NotPlaced, RetryRule.After, notSent.RetryAfter)),
        _ => throw new InvalidOperationException(result.ToString()),
    });

    /// <param name="status">Of an order that stands as before, where the venue does not send it.</param>
    public static JsonElement Of(ChangeResult result, string kind, VenueOrderStatus status) => Element(result switch
    {
        ChangeResult.Taken { Order: { } order } => Order(kind, order),
        ChangeResult.Taken => new JsonObject { ["kind"] = kind, ["status"] = status.ToString() },
        ChangeResult.Refused refused => Error(refused.Error),
        ChangeResult.OutcomeUnknown unknown => Error(unknown.Error ?? Unknown(unknown.Reason, PlacementOutcome.NotApplicable)),
        _ => throw new InvalidOperationException(result.ToString()),
    });

    public static JsonElement Of(OrderLookup lookup) => Element(lookup switch
    {
        OrderLookup.Found found => Order("order", found.Order),
        OrderLookup.NotFound { Error: { } error } => Error(error),
        OrderLookup.NotFound => Error(new BrokerError(BrokerErrorCategory.OrderNotFound, null, "", PlacementOutcome.NotApplicable)),
        OrderLookup.NotKnowable unknown => Error(Unknown(unknown.Reason, PlacementOutcome.NotApplicable)),
        _ => throw new InvalidOperationException(lookup.ToString()),
    });

    public static JsonElement Of(BrokerException exception) => Element(Error(exception.Error));

    public static JsonElement Of(IEnumerable<OrderSnapshot> orders, bool areComplete) => Element(new JsonObject
    {
        ["kind"] = "orders",
        ["orders"] = Array(orders.Select(order => Order("order", order))),
        ["complete"] = areComplete,
    });

    public static JsonElement Of(IEnumerable<Execution> executions) =>
        Element(new JsonObject { ["kind"] = "fills", ["fills"] = Array(executions.Select(Fill)) });

    public static JsonElement Of(IEnumerable<VenuePosition> positions) => List("position", "positions", positions.Select(position => new JsonObject
    {
        ["venueSymbol"] = position.Symbol,
        ["quantity"] = Number(position.Quantity),
        ["averagePrice"] = Number(position.AveragePrice),
    }));

    public static JsonElement Of(IEnumerable<VenueBalance> balances) => List("balance", "balances", balances.Select(balance => new JsonObject
    {
        ["asset"] = balance.Asset,
        ["currency"] = balance.Asset,
        ["total"] = Number(balance.Total),
        ["cash"] = Number(balance.Total),
        ["free"] = Number(balance.Free),
        ["buyingPower"] = Number(balance.Free),
    }));

    /// <summary>An event, or several where one message tells of several; none for what fixtures do not list.</summary>
    public static IEnumerable<JsonElement> Of(BrokerEvent told) => told switch
    {
        BrokerEvent.OrderChanged { Order: { Executions.Count: > 0 } order } => order.Executions.Select(fill => Element(Fill(order, fill))),
        BrokerEvent.OrderChanged changed => [Element(Order("order", changed.Order))],
        BrokerEvent.Gap => [Element(new JsonObject { ["kind"] = "streamGap" })],
        _ => [],
    };

    private static JsonObject Order(string kind, OrderSnapshot order) => new()
    {
        ["kind"] = kind,
        ["venueOrderId"] = order.VenueOrderId,
        ["clientOrderId"] = order.ClientOrderId,
        ["venueSymbol"] = order.Symbol,
        ["symbol"] = order.Symbol,
        ["status"] = order.Status.ToString(),
        ["side"] = order.Side?.ToString(),
        ["type"] = order.Type?.ToString(),
        ["tif"] = order.TimeInForce?.ToString(),
        ["quantity"] = Number(order.Quantity),
        ["filledQuantity"] = Number(order.Filled),
        ["cumulativeQuantity"] = Number(order.Filled),
        ["remainingQuantity"] = Number(order.Remaining),
        ["averagePrice"] = Number(order.AveragePrice),
        ["limitPrice"] = Number(order.LimitPrice),
        ["stopPrice"] = Number(order.StopPrice),
        ["replacedBy"] = order.ReplacedBy,
        ["reason"] = order.Reason,
        ["time"] = order.At?.ToString("O"),
        ["updatedUtc"] = order.At?.ToString("O"),
        ["fills"] = Array(order.Executions.Select(Fill)),
        ["fees"] = Array(order.Executions.Where(fill => fill.Fee is not null)
            .GroupBy(fill => fill.FeeAsset, StringComparer.Ordinal)
            .Select(fees => new JsonObject { ["asset"] = fees.Key, ["amount"] = Number(fees.Sum(fee => fee.Fee)) })),
    };

    /// <summary>A fill, with what its order stands at.</summary>
    private static JsonObject Fill(OrderSnapshot order, Execution fill)
    {
        var json = Order("fill", order);
        foreach (var (name, value) in Fill(fill)) json[name] = value?.DeepClone();
        return json;
    }

    private static JsonObject Fill(Execution fill) => new()
    {
        ["tradeId"] = fill.TradeId,
        ["venueOrderId"] = fill.VenueOrderId,
        ["clientOrderId"] = fill.ClientOrderId,
        ["venueSymbol"] = fill.Symbol,
        ["side"] = fill.Side.ToString(),
        ["quantity"] = Number(fill.Quantity),
        ["price"] = Number(fill.Price),
        ["feeAmount"] = Number(fill.Fee),
        ["feeAsset"] = fill.FeeAsset,
        ["cumulativeQuantity"] = Number(fill.Cumulative),
        ["time"] = fill.At.ToString("O"),
    };

    private static JsonObject Error(BrokerError error) => new()
    {
        ["kind"] = "error",
        ["category"] = error.Category.ToString(),
        ["venueCode"] = error.VenueCode,
        ["venueText"] = error.VenueText,
        ["message"] = error.VenueText,
        ["outcome"] = error.Outcome.ToString(),
        ["retry"] = error.Retry.ToString(),
        ["retryAfterSeconds"] = Number((decimal?)error.RetryAfter?.TotalSeconds),
        ["banned"] = error.IsBanned,
    };

    private static BrokerError Unknown(string reason, PlacementOutcome outcome) => new(BrokerErrorCategory.OutcomeUnknown, null, reason, outcome);

    // Whoever expects one has its members at hand, whoever expects several has the list.
    private static JsonElement List(string one, string several, IEnumerable<JsonObject> items)
    {
        var list = items.ToList();
        var json = list.Count == 1 ? (JsonObject)list[0].DeepClone() : [];
        json["kind"] = list.Count == 1 ? one : several;
        json[several] = Array(list);
        return Element(json);
    }

    private static JsonArray Array(IEnumerable<JsonObject> items) => new([.. items]);

    private static string? Number(decimal? number) => number?.Plain();

    private static JsonElement Element(JsonObject json) => JsonSerializer.SerializeToElement(json);
}
