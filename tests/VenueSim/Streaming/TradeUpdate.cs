namespace AlgoStack.VenueSim.Streaming;

/// <param name="Key">What faults are drawn for.</param>
/// <param name="Frame">UTF-8.</param>
internal sealed record TradeUpdate(string Key, byte[] Frame);
