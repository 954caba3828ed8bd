using System.Globalization;
using AlgoStack.Trading.Instruments;

namespace AlgoStack.Trading.MarketData;

/// <summary>What a company did to those who hold its shares.</summary>
/// <param name="ExMs">
/// Begin of the ex-date, Unix milliseconds UTC: who held the shares until then has a part in it, and the first bar that closes
/// later is without.
/// </param>
public abstract record CorporateAction(InstrumentId Instrument, long ExMs)
{
    /// <summary>A function of instrument, kind and ex-date: told twice it is one.</summary>
    public string Id => string.Create(
        CultureInfo.InvariantCulture,
        $"{Instrument}:{(this is Split ? "split" : "dividend")}:{DateTimeOffset.FromUnixTimeMilliseconds(ExMs):yyyy-MM-dd}");

    /// <summary>The order in which actions are applied: by time, of one time by instrument, and dividends before splits.</summary>
    public static int Compare(CorporateAction left, CorporateAction right)
    {
        if (left.ExMs != right.ExMs) return left.ExMs.CompareTo(right.ExMs);
        if (left.Instrument != right.Instrument) return left.Instrument.CompareTo(right.Instrument);
        return (left is Split).CompareTo(right is Split);
    }
}

/// <summary>So many new shares for so many old ones: 7 for 1, or 1 for 20 of a reverse split.</summary>
public sealed record Split : CorporateAction
{
    /// <exception cref="ArgumentOutOfRangeException">A number of shares is not above zero.</exception>
    public Split(InstrumentId instrument, long exMs, decimal @new, decimal old = 1)
        : base(instrument, exMs)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(@new);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(old);
        (New, Old) = (@new, old);
    }

    public decimal New { get; }

    public decimal Old { get; }

    /// <summary>New shares of one old.</summary>
    public double Ratio => (double)New / (double)Old;

    /// <summary>What so many old shares have become.</summary>
    public decimal Quantity(decimal old) => old * New / Old;

    /// <summary>What a price of one old share is of a new one.</summary>
    public decimal Price(decimal old) => old * Old / New;
}

/// <summary>Money for each share held.</summary>
public sealed record CashDividend : CorporateAction
{
    /// <param name="amount">For a share as it was before a split of the same time, in the quote currency.</param>
    /// <exception cref="ArgumentOutOfRangeException">The amount is not above zero.</exception>
    public CashDividend(InstrumentId instrument, long exMs, decimal amount)
        : base(instrument, exMs)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(amount);
        Amount = amount;
    }

    public decimal Amount { get; }
}
