using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using AlgoStack.BrokerRouting.Brokers;
using AlgoStack.Protocols.Venues;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Venues;

namespace AlgoStack.Protocols.Cases;

/// <summary>An order, and whether it may be sent as it is by the venue's own record of the instrument.</summary>
internal static class RuleCase
{
    public static string? WhyNot(VenueUnderTest venue, JsonElement fixture, JsonElement check)
    {
        var instrument = venue.ReadInstrument(fixture.GetProperty("instrument"));
        var order = Order(instrument, check);
        var price = order.LimitPrice ?? order.StopPrice ?? Number(check, "price");
        var why = instrument.WhyNot(order, price) ?? venue.WhyNot(order);
        return (check.GetProperty("valid").GetBoolean(), why) switch
        {
            (true, { }) => $"expected that it may be sent, found: {why}",
            (false, null) => "expected that it may not be sent, found nothing against it",
            _ => null,
        };
    }

    private static VenueOrder Order(VenueInstrument instrument, JsonElement check)
    {
        var words = JsonNode.Parse(check.GetRawText())!.AsObject();
        words["venueSymbol"] ??= instrument.Symbol;
        words["type"] ??= words["price"] is null ? "Market" : "Limit";
        words["tif"] ??= "Day";
        if (words["type"]!.GetValue<string>() is not "Market") words["limitPrice"] ??= words["price"]?.DeepClone();
        return new Intent(JsonSerializer.SerializeToElement(words)).Order(NoDefaults);
    }

    private static readonly BrokerCapabilities NoDefaults = new(
        new Dictionary<OrderType, IReadOnlyList<TimeInForce>>(), id => id.Value, ClientIdScope.None, TimeSpan.Zero, PositionKind.Listed, false, false, false);

    private static decimal? Number(JsonElement check, string name) =>
        check.Optional(name)?.ToString() is { } text ? decimal.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture) : null;
}
