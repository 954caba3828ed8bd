namespace AlgoStack.Trading.Orders;

/// <summary>What a venue had in an order's place before it was changed there, and what of that traded.</summary>
/// <param name="Value">Sum of quantity × price over its fills.</param>
public sealed record ReplacedOrder(string VenueOrderId, string VenueClientId, decimal Filled, decimal Value);
