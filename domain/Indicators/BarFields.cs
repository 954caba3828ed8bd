namespace AlgoStack.Indicators;

/// <summary>Which parts of a bar an indicator reads; where one of them is no number, it passes the bar over.</summary>
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
