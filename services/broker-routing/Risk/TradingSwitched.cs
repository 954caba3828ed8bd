namespace AlgoStack.BrokerRouting.Risk;

/// <summary>A switch was thrown or released. In the stream <c>trading</c>, stored for ever.</summary>
/// <param name="State">A trading state: <c>Active</c>, <c>Reducing</c> or <c>Halted</c>.</param>
public sealed record TradingSwitched(string State, string Reason, DateTimeOffset At)
{
    /// <summary>Null for everybody's switch.</summary>
    public string? Account { get; init; }

    /// <summary>Null for all of the account.</summary>
    public string? Strategy { get; init; }

    /// <summary>Names the way out that was asked for; null where none was.</summary>
    public string? FlatteningId { get; init; }
}
