using System.Globalization;

namespace AlgoStack.Trading.Risk;

/// <summary>
/// Risk's word on one order. Nothing but numbers until somebody asks for words, so that a runaway strategy's denials cost nothing.
/// </summary>
/// <param name="Rule">The first rule that denied, or none.</param>
/// <param name="Scope">Whose limit it is.</param>
/// <param name="Strategy">Its name where the limit is a strategy's.</param>
/// <param name="Found">What the rule looked at.</param>
/// <param name="Limit">What that may be at most, or has to be a multiple of.</param>
/// <param name="Of">What <paramref name="Limit"/> is a share of, where it is one.</param>
public readonly record struct RiskDecision(
    RiskRule Rule, RiskScope Scope = default, string? Strategy = null, decimal Found = 0, decimal Limit = 0, decimal Of = 0)
{
    public static RiskDecision Allowed => default;

    public bool IsAllowed => Rule == RiskRule.None;

    /// <summary>Stable, as in <c>halted</c>; null when the order may go.</summary>
    public string? Code => Rule switch
    {
        RiskRule.None => null,
        RiskRule.Halted => "halted",
        RiskRule.ReduceOnly => "reduce_only",
        RiskRule.BuysNoLot or RiskRule.QuantityBelowLot => "quantity_below_lot",
        RiskRule.QuantityOffLot => "quantity_off_lot",
        RiskRule.PriceMissing or RiskRule.PriceInvalid => "price_invalid",
        RiskRule.PriceOffTick => "price_off_tick",
        RiskRule.ClockSkewUnknown or RiskRule.ClockSkew => "clock_skew",
        RiskRule.MarketUnknown or RiskRule.MarketClosed => "market_closed",
        RiskRule.RestrictedInstrument => "restricted_instrument",
        RiskRule.NoPrice => "no_price",
        RiskRule.StalePrice => "stale_price",
        RiskRule.FatFinger => "fat_finger",
        RiskRule.OrderQuantity => "order_quantity_limit",
        RiskRule.OrderValue => "order_value_limit",
        RiskRule.DuplicateOrder => "duplicate_order",
        RiskRule.OrderRate => "order_rate",
        RiskRule.MarginCall => "margin_call",
        RiskRule.Cash => "insufficient_cash",
        RiskRule.Margin => "insufficient_margin",
        RiskRule.PositionPercent or RiskRule.PositionQuantity or RiskRule.PositionValue => "position_limit",
        RiskRule.DailyLoss => "daily_loss_limit",
        RiskRule.DailyTrades => "daily_trade_limit",
        RiskRule.GrossExposure => "gross_exposure_limit",
        RiskRule.NetExposure => "net_exposure_limit",
        _ => throw new InvalidOperationException($"{Rule} has no code."),
    };

    /// <summary>For people, made anew at each call; null when the order may go.</summary>
    public string? Reason => IsAllowed ? null : Scope == RiskScope.Strategy ? $"Strategy {Strategy}: {Words}" : Words;

    private string Words => Rule switch
    {
        RiskRule.Halted => Scope == RiskScope.Global ? "All trading is halted." : "Trading is halted.",
        RiskRule.ReduceOnly => "Only orders that make a position smaller may leave.",
        RiskRule.BuysNoLot => Invariant($"{Limit} % of {Of:0.00} buys less than one lot at {Found}."),
        RiskRule.QuantityBelowLot => Invariant($"{Found} is less than one lot, which is {Limit}."),
        RiskRule.QuantityOffLot => Invariant($"{Found} is no whole number of lots of {Limit}."),
        RiskRule.PriceMissing => "An order of this type has a price that was not given.",
        RiskRule.PriceInvalid => Invariant($"A price is above zero and at most {Limit}, found {Found}."),
        RiskRule.PriceOffTick => Invariant($"A price of {Found} is not on the tick of {Limit}."),
        RiskRule.ClockSkewUnknown => "Nobody knows how far the clock is off.",
        RiskRule.ClockSkew => Invariant($"The clock is off by {Found} ms, more than {Limit} ms."),
        RiskRule.MarketUnknown => "Nobody knows whether the market is open.",
        RiskRule.MarketClosed => "The market is closed.",
        RiskRule.RestrictedInstrument => "The instrument is restricted.",
        RiskRule.NoPrice => "No last price is known.",
        RiskRule.StalePrice => Invariant($"The last price is {Found} ms old, more than {Limit} ms."),
        RiskRule.FatFinger => Invariant($"A price of {Found} is further than {Limit} % from the last, {Of}."),
        RiskRule.OrderQuantity => Invariant($"The order is for {Found}, more than {Limit}."),
        RiskRule.OrderValue => Invariant($"The order is worth {Found:0.00}, more than {Limit:0.00}."),
        RiskRule.DuplicateOrder => Invariant($"The same order left {Found} ms ago, less than {Limit} ms."),
        RiskRule.OrderRate => Invariant($"{Limit} orders have left within a second, which is all that may."),
        RiskRule.MarginCall => "A margin call has not been met yet.",
        RiskRule.Cash => Invariant($"The order costs {Found:0.00}, and {Limit:0.00} is free."),
        RiskRule.Margin => Invariant($"The positions would need {Found:0.00} of margin, and equity is {Limit:0.00}."),
        RiskRule.PositionPercent => Invariant($"The position would be worth {Found:0.00}, more than {Of} % of equity ({Limit:0.00})."),
        RiskRule.DailyLoss => Invariant($"The day has lost {Found:0.00}, and {Limit:0.00} is all that it may."),
        RiskRule.DailyTrades => Invariant($"{Found} orders have left today, and {Limit} is all that may."),
        RiskRule.PositionQuantity => Invariant($"The position would be {Found}, more than {Limit}."),
        RiskRule.PositionValue => Invariant($"The position would be worth {Found:0.00}, more than {Limit:0.00}."),
        RiskRule.GrossExposure => Invariant($"All positions would be worth {Found:0.00}, more than {Limit:0.00}."),
        RiskRule.NetExposure => Invariant($"Longs and shorts would differ by {Found:0.00}, more than {Limit:0.00}."),
        _ => throw new InvalidOperationException($"{Rule} has no words."),
    };

    private static string Invariant(FormattableString words) => words.ToString(CultureInfo.InvariantCulture);
}
