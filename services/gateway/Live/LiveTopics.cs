namespace AlgoStack.Gateway.Live;

/// <summary>What a viewer wants to hear of.</summary>
[Flags]
internal enum LiveTopics
{
    None = 0,
    Bars = 1,
    Signals = 2,
    Orders = 4,
    Alerts = 8,
    All = Bars | Signals | Orders | Alerts,
}
