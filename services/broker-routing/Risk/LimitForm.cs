using System.Globalization;
using AlgoStack.Contracts.Portfolio;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.Risk;

namespace AlgoStack.BrokerRouting.Risk;

/// <summary>Limits as they are written down, in a request or in the configuration, and as risk takes them.</summary>
internal static class LimitForm
{
    /// <summary>Null where they can be taken, else the name of the one that cannot, and why.</summary>
    public static (string Name, string Problem)? Read(LimitFigures figures, out TradingLimits limits)
    {
        limits = TradingLimits.None;
        var numbers = new (string Name, decimal? Value, decimal Least, decimal Most)[]
        {
            (nameof(figures.ClockSkewMs), figures.ClockSkewMs, 0, long.MaxValue),
            (nameof(figures.PriceAgeMs), figures.PriceAgeMs, 1, long.MaxValue),
            (nameof(figures.FatFingerPercent), figures.FatFingerPercent, 0, 1_000),
            (nameof(figures.OrderQuantity), figures.OrderQuantity, 0, decimal.MaxValue),
            (nameof(figures.OrderValue), figures.OrderValue, 0, decimal.MaxValue),
            (nameof(figures.DuplicateMs), figures.DuplicateMs, 1, long.MaxValue),
            (nameof(figures.OrdersPerSecond), figures.OrdersPerSecond, 0, TradingLimits.MostOrdersPerSecond),
            (nameof(figures.DailyLoss), figures.DailyLoss, 0, decimal.MaxValue),
            (nameof(figures.DailyTrades), figures.DailyTrades, 0, int.MaxValue),
            (nameof(figures.PositionQuantity), figures.PositionQuantity, 0, decimal.MaxValue),
            (nameof(figures.PositionValue), figures.PositionValue, 0, decimal.MaxValue),
            (nameof(figures.GrossExposure), figures.GrossExposure, 0, decimal.MaxValue),
            (nameof(figures.NetExposure), figures.NetExposure, 0, decimal.MaxValue),
        };
        foreach (var (name, value, least, most) in numbers)
        {
            if (value < least || value > most) return (name, Invariant($"expected {least} to {most}, found {value}"));
        }

        HashSet<InstrumentId>? restricted = null;
        foreach (var text in figures.Restricted ?? [])
        {
            if (!InstrumentId.TryParse(text, out var instrument, out var error)) return (nameof(figures.Restricted), error);
            (restricted ??= []).Add(instrument);
        }

        limits = new TradingLimits
        {
            ClockSkewMs = figures.ClockSkewMs,
            OpenMarketOnly = figures.OpenMarketOnly ?? false,
            Restricted = restricted,
            PriceAgeMs = figures.PriceAgeMs,
            FatFingerPercent = figures.FatFingerPercent,
            OrderQuantity = figures.OrderQuantity,
            OrderValue = figures.OrderValue,
            DuplicateMs = figures.DuplicateMs,
            OrdersPerSecond = figures.OrdersPerSecond,
            DailyLoss = figures.DailyLoss,
            DailyTrades = figures.DailyTrades,
            PositionQuantity = figures.PositionQuantity,
            PositionValue = figures.PositionValue,
            GrossExposure = figures.GrossExposure,
            NetExposure = figures.NetExposure,
        };
        return null;
    }

    /// <summary>Null where a share of equity can be taken, else why not.</summary>
    public static string? WhyNotPercent(decimal percent) =>
        percent is > 0 and <= 10_000 ? null : Invariant($"expected above 0, to 10000, found {percent}");

    public static LimitFigures Write(TradingLimits limits) => new(
        limits.ClockSkewMs,
        limits.OpenMarketOnly,
        limits.Restricted?.Select(i => i.Value).Order(StringComparer.Ordinal).ToList(),
        limits.PriceAgeMs,
        limits.FatFingerPercent,
        limits.OrderQuantity,
        limits.OrderValue,
        limits.DuplicateMs,
        limits.OrdersPerSecond,
        limits.DailyLoss,
        limits.DailyTrades,
        limits.PositionQuantity,
        limits.PositionValue,
        limits.GrossExposure,
        limits.NetExposure);

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
