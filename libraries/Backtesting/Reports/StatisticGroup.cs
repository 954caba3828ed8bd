using static AlgoStack.Backtesting.Reports.StatisticUnit;

namespace AlgoStack.Backtesting.Reports;

/// <summary>Statistics that answer one question. <see cref="All"/> has every one that a result has.</summary>
internal sealed record StatisticGroup(string Name, IReadOnlyList<Statistic> Statistics)
{
    public static IReadOnlyList<StatisticGroup> All { get; } =
    [
        new("Return",
        [
            new("openingEquity", "Opening equity", Money, "what the account began with", r => r.Statistics.OpeningEquity),
            new("finalEquity", "Final equity", Money, "what it ended with, open positions at their last price",
                r => r.Statistics.FinalEquity),
            new("profitAndLoss", "Profit and loss", Money, "final less opening equity", r => r.Statistics.ProfitAndLoss),
            new("totalReturn", "Total return", Fraction, "profit and loss over opening equity", r => r.Statistics.TotalReturn),
            new("annualReturn", "Annual return", Fraction, "the yearly growth that compounds to the total return",
                r => r.Statistics.AnnualReturn),
            new("bestDay", "Best day", Fraction, "greatest daily return", r => r.Statistics.Risk.BestDay),
            new("worstDay", "Worst day", Fraction, "least daily return", r => r.Statistics.Risk.WorstDay),
            new("bestMonth", "Best month", Fraction, "greatest monthly return", r => r.Statistics.Risk.BestMonth),
            new("worstMonth", "Worst month", Fraction, "least monthly return", r => r.Statistics.Risk.WorstMonth),
        ]),
        new("Risk",
        [
            new("volatility", "Volatility", Fraction, "standard deviation of daily returns, a year", r => r.Statistics.Risk.Volatility),
            new("downsideDeviation", "Downside deviation", Fraction, "the same of the losing days alone, a year",
                r => r.Statistics.Risk.DownsideDeviation),
            new("maxDrawdown", "Max drawdown", Fraction, "deepest fall from a high, at every bar", r => r.Statistics.MaxDrawdown),
            new("maxDrawdownDays", "Max drawdown, days", Days, "from that high until it was reached again, or the end",
                r => r.Statistics.Risk.MaxDrawdownDays),
            new("averageDrawdown", "Average drawdown", Fraction, "mean depth of the falls from one high to the next",
                r => r.Statistics.Risk.AverageDrawdown),
            new("ulcerIndex", "Ulcer index", Fraction, "root mean square of each day's fall from the high",
                r => r.Statistics.Risk.UlcerIndex),
            new("valueAtRisk", "Value at risk", Fraction, "mildest loss of the worst 5 % of days", r => r.Statistics.Risk.ValueAtRisk),
            new("conditionalValueAtRisk", "Conditional value at risk", Fraction, "mean loss of the worst 5 % of days",
                r => r.Statistics.Risk.ConditionalValueAtRisk),
            new("tailRatio", "Tail ratio", Ratio, "mildest gain of the best 5 % of days over the value at risk",
                r => r.Statistics.Risk.TailRatio),
            new("skew", "Skew", Ratio, "of daily returns; below 0, the losses have the longer tail", r => r.Statistics.Risk.Skew),
            new("excessKurtosis", "Excess kurtosis", Ratio, "of daily returns; above 0, tails fatter than normal",
                r => r.Statistics.Risk.ExcessKurtosis),
        ]),
        new("Return for risk",
        [
            new("sharpe", "Sharpe", Ratio, "mean daily return over its deviation, a year; risk-free rate 0", r => r.Statistics.Sharpe),
            new("sortino", "Sortino", Ratio, "mean daily return over the downside deviation, a year", r => r.Statistics.Sortino),
            new("calmar", "Calmar", Ratio, "annual return over max drawdown", r => r.Statistics.Risk.Calmar),
            new("omega", "Omega", Ratio, "sum of the gaining days over that of the losing days", r => r.Statistics.Risk.Omega),
            new("recoveryFactor", "Recovery factor", Ratio, "total return over max drawdown", r => r.Statistics.Risk.RecoveryFactor),
            new("probabilisticSharpe", "Probabilistic Sharpe", Fraction, "how sure it is that the true Sharpe ratio is above 0",
                r => r.Statistics.Risk.ProbabilisticSharpe),
        ]),
        new("Trades",
        [
            new("trades", "Trades", Count, "positions opened and closed again", r => r.Statistics.Trades),
            new("winRate", "Win rate", Fraction, "trades that made money over all", r => r.Statistics.WinRate),
            new("profitFactor", "Profit factor", Ratio, "what wins made over what losses lost", r => r.Statistics.ProfitFactor),
            new("payoffRatio", "Payoff ratio", Ratio, "average win over average loss", r => r.Statistics.Activity.PayoffRatio),
            new("expectancy", "Expectancy", Money, "mean profit and loss of a trade", r => r.Statistics.Activity.Expectancy),
            new("kelly", "Kelly", Fraction, "of capital to put at risk for the fastest growth; below 0, none",
                r => r.Statistics.Activity.Kelly),
            new("averageWin", "Average win", Money, "mean of the trades that made money", r => r.Statistics.AverageWin),
            new("averageLoss", "Average loss", Money, "mean of those that lost", r => r.Statistics.AverageLoss),
            new("largestWin", "Largest win", Money, "of one trade", r => r.Statistics.LargestWin),
            new("largestLoss", "Largest loss", Money, "of one trade", r => r.Statistics.LargestLoss),
            new("mostConsecutiveWins", "Wins in a row", Count, "the most", r => r.Statistics.MostConsecutiveWins),
            new("mostConsecutiveLosses", "Losses in a row", Count, "the most", r => r.Statistics.MostConsecutiveLosses),
            new("averageHoldingDays", "Average holding, days", Days, "from a trade's first fill to its last",
                r => r.Statistics.Activity.AverageHolding?.TotalDays),
            new("exposure", "Exposure", Fraction, "of the time with a position open", r => r.Statistics.Activity.Exposure),
            new("turnover", "Turnover", Ratio, "lesser of bought and sold over mean equity, a year", r => r.Statistics.Activity.Turnover),
            new("commission", "Commission", Money, "all that was paid", r => r.Statistics.Commission),
        ]),
        new("Beside holding",
        [
            new("benchmarkDays", "Days compared", Count, "days that both have", r => r.Holding?.Days),
            new("alpha", "Alpha", Fraction, "yearly return that holding does not explain", r => r.Holding?.Alpha),
            new("beta", "Beta", Ratio, "how much of a move of holding it makes", r => r.Holding?.Beta),
            new("correlation", "Correlation", Ratio, "of daily returns, -1 to 1", r => r.Holding?.Correlation),
            new("trackingError", "Tracking error", Fraction, "deviation of the daily difference, a year", r => r.Holding?.TrackingError),
            new("informationRatio", "Information ratio", Ratio, "mean daily difference over its deviation, a year",
                r => r.Holding?.InformationRatio),
        ]),
    ];

    /// <exception cref="ArgumentException">There is none of that key.</exception>
    public static Statistic Find(string key) =>
        All.SelectMany(group => group.Statistics).FirstOrDefault(statistic => statistic.Key == key)
        ?? throw new ArgumentException($"Expected a statistic's key, found '{key}'.", nameof(key));
}
