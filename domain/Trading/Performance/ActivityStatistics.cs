namespace AlgoStack.Trading.Performance;

/// <summary>How an account traded. Money is in its currency, net of commission. Null: cannot be known.</summary>
/// <param name="PayoffRatio">See <see cref="TradeStatistics.PayoffRatio"/>.</param>
/// <param name="Expectancy">See <see cref="TradeStatistics.Expectancy"/>.</param>
/// <param name="Kelly">See <see cref="TradeStatistics.Kelly"/>.</param>
/// <param name="AverageHolding">See <see cref="TradeStatistics.AverageHolding"/>.</param>
/// <param name="Exposure">The share of the time with a position open, 0 to 1; null when no time has passed.</param>
/// <param name="Turnover">
/// The lesser of what was bought and what was sold, over the mean of the days' last equity, a calendar year. Null over less
/// than a day, and when that mean is not above zero. US Securities and Exchange Commission, Form N-1A, item 13,
/// portfolio turnover rate.
/// </param>
public sealed record ActivityStatistics(
    double? PayoffRatio,
    decimal? Expectancy,
    double? Kelly,
    TimeSpan? AverageHolding,
    double? Exposure,
    double? Turnover);
