namespace AlgoStack.Indicators;

/// <summary>
/// What all indicators have beside their own way to push: an indicator is a value that takes one bar or number at a time and
/// allocates only when it is made. What is no number (NaN or infinite) is passed over, as though it had never been pushed.
/// </summary>
public interface IIndicator
{
    /// <summary>Bars or values needed before everything has a value.</summary>
    int WarmUp { get; }

    bool IsWarm { get; }
}
