using System.Globalization;

namespace AlgoStack.Backtesting.Reports;

/// <summary>What a statistic is measured in.</summary>
internal enum StatisticUnit
{
    /// <summary>Of the account's currency.</summary>
    Money,

    /// <summary>A fraction, shown in percent.</summary>
    Fraction,

    Ratio,

    Count,

    Days,
}

/// <summary>A statistic as a report shows it.</summary>
/// <param name="Key">Stable; what it is called in <c>statistics.csv</c>.</param>
/// <param name="Meaning">In a person's words.</param>
/// <param name="Of">A decimal, a double or an int; null when it cannot be known.</param>
internal sealed record Statistic(string Key, string Name, StatisticUnit Unit, string Meaning, Func<CurrencyResult, object?> Of)
{
    /// <summary>Rounded, for people.</summary>
    public string Text(CurrencyResult result) => Of(result) switch
    {
        null => Numbers.Unknown,
        decimal money => Numbers.Money(money),
        int count => Numbers.Count(count),
        double value when Unit is StatisticUnit.Fraction => Numbers.Percent(value),
        double value => Numbers.Ratio(value),
        var other => throw new InvalidOperationException($"{Key}: expected a number, found {other}."),
    };

    /// <summary>Every digit, for programs; nothing when it cannot be known.</summary>
    public string Exact(CurrencyResult result) => ((IFormattable?)Of(result))?.ToString(null, CultureInfo.InvariantCulture) ?? "";
}
