using AlgoStack.Trading.Orders;

namespace AlgoStack.Trading.Venues;

/// <summary>An order in its venue's words, as it is sent. Made once and stored before it is.</summary>
/// <param name="ClientId">The form of our id that the venue takes, see <see cref="BrokerCapabilities.ClientIdForm"/>.</param>
/// <param name="Symbol">The venue's own.</param>
/// <param name="TrailBy">Money behind the best price.</param>
/// <param name="Notional">Money to trade for instead of a quantity, which is zero then; of market orders at venues that size so.</param>
public sealed record VenueOrder(
    string ClientId,
    string Symbol,
    OrderSide Side,
    OrderType Type,
    TimeInForce TimeInForce,
    decimal Quantity,
    decimal? LimitPrice = null,
    decimal? StopPrice = null,
    decimal? TrailBy = null,
    bool PostOnly = false,
    bool ReduceOnly = false,
    decimal? Notional = null);

/// <summary>By what an order is asked for. A venue's id is preferred where there is one, unless the venue says otherwise.</summary>
public sealed record VenueOrderRef(string Symbol, string ClientId, string? VenueOrderId);

/// <summary>What a replacement changes; null stays as it is.</summary>
/// <param name="ClientId">The new order's, of venues that make one.</param>
/// <param name="Quantity">In all, what has traded included.</param>
/// <param name="Filled">What of it has traded, as far as we know.</param>
public sealed record VenueOrderChange(string ClientId, decimal? Quantity, decimal? LimitPrice, decimal? StopPrice, decimal Filled = 0);
