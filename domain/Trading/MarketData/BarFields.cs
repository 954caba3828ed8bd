namespace AlgoStack.Trading.MarketData;

/// <summary>The parts of a bar, for who reads only some of them.</summary>
[Flags]
public enum BarFields
{
    None = 0,
    Time = 1,
    Open = 2,
    High = 4,
    Low = 8,
    Close = 16,
    Volume = 32,
}
