namespace AlgoStack.Trading.Portfolios;

/// <summary>What of a currency's equity is at the market's mercy.</summary>
/// <param name="Values">Of each position at its last price, below zero of a short.</param>
public sealed record CurrencyExposure(decimal Equity, IReadOnlyList<decimal> Values)
{
    /// <summary>Longs and shorts alike.</summary>
    public decimal Gross => Values.Sum(Math.Abs);

    /// <summary>Longs less shorts.</summary>
    public decimal Net => Values.Sum();

    /// <summary>As a fraction of equity; null where there is none.</summary>
    public double? ShareOf(decimal value) => Equity > 0 ? (double)(value / Equity) : null;
}
