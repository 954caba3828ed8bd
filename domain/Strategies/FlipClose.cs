namespace AlgoStack.Strategies;

/// <summary>The nearest change that would have flipped a signal, where more than one price has to do with it.</summary>
internal static class FlipClose
{
    /// <summary>
    /// What would have been held between two prices, and was left at a close that is not between them: the price to get past.
    /// NaN where there is nothing between the two.
    /// </summary>
    public static double Between(double above, double below, double close) =>
        above < below ? (close <= above ? above : below) : double.NaN;
}
