using System.Globalization;
using AlgoStack.Contracts.Portfolio;
using AlgoStack.ServiceDefaults.Configuration;
using AlgoStack.Trading.Risk;

namespace AlgoStack.BrokerRouting.Risk;

/// <summary>
/// Limits that are configured: <c>Accounts:main:Limits:OrderValue</c> of an account, <c>Accounts:main:Strategies:NAME:Limits:…</c> of
/// a strategy. <c>none</c> is no limit, in place of one or, as <c>Accounts:main:Limits</c>, of all that are there by default.
/// </summary>
internal sealed class LimitSettings(IConfiguration configuration)
{
    private const string NoLimit = "none";
    private const string RiskPercent = "RiskPercent";
    private const string PositionPercent = "PositionPercent";

    /// <summary>What an account has where nothing else is said: no figure of it depends on how much money there is.</summary>
    public static LimitFigures Default { get; } = new(ClockSkewMs: 500, PriceAgeMs: 300_000, FatFingerPercent: 10, DuplicateMs: 500, OrdersPerSecond: 10);

    private static readonly Dictionary<string, Func<LimitFigures, string?, LimitFigures>> Figures = new(StringComparer.OrdinalIgnoreCase)
    {
        [nameof(LimitFigures.ClockSkewMs)] = (f, text) => f with { ClockSkewMs = Whole(text) },
        [nameof(LimitFigures.OpenMarketOnly)] = (f, text) => f with { OpenMarketOnly = text is null ? null : bool.Parse(text) },
        [nameof(LimitFigures.Restricted)] = (f, text) => f with { Restricted = text?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) },
        [nameof(LimitFigures.PriceAgeMs)] = (f, text) => f with { PriceAgeMs = Whole(text) },
        [nameof(LimitFigures.FatFingerPercent)] = (f, text) => f with { FatFingerPercent = Number(text) },
        [nameof(LimitFigures.OrderQuantity)] = (f, text) => f with { OrderQuantity = Number(text) },
        [nameof(LimitFigures.OrderValue)] = (f, text) => f with { OrderValue = Number(text) },
        [nameof(LimitFigures.DuplicateMs)] = (f, text) => f with { DuplicateMs = Whole(text) },
        [nameof(LimitFigures.OrdersPerSecond)] = (f, text) => f with { OrdersPerSecond = checked((int?)Whole(text)) },
        [nameof(LimitFigures.DailyLoss)] = (f, text) => f with { DailyLoss = Number(text) },
        [nameof(LimitFigures.DailyTrades)] = (f, text) => f with { DailyTrades = checked((int?)Whole(text)) },
        [nameof(LimitFigures.PositionQuantity)] = (f, text) => f with { PositionQuantity = Number(text) },
        [nameof(LimitFigures.PositionValue)] = (f, text) => f with { PositionValue = Number(text) },
        [nameof(LimitFigures.GrossExposure)] = (f, text) => f with { GrossExposure = Number(text) },
        [nameof(LimitFigures.NetExposure)] = (f, text) => f with { NetExposure = Number(text) },
    };

    /// <exception cref="InvalidConfigurationException">A name is no limit, or its value cannot be one.</exception>
    public RiskLimits Read(string account)
    {
        var section = $"Accounts:{account}:Limits";
        var strategies = configuration.GetSection($"Accounts:{account}:Strategies").GetChildren().Where(s => s.GetSection("Limits").Exists());
        return new RiskLimits(
            Percent($"{section}:{RiskPercent}", RiskLimits.Default.RiskPercent), Percent($"{section}:{PositionPercent}", RiskLimits.Default.PositionPercent))
        {
            Account = Read(section, Default, [RiskPercent, PositionPercent]),
            Strategies = strategies.ToDictionary(s => s.Key, s => Read($"{s.Path}:Limits", new LimitFigures(), []), StringComparer.Ordinal),
        };
    }

    /// <param name="others">Names that are read elsewhere.</param>
    private TradingLimits Read(string section, LimitFigures figures, IReadOnlyList<string> others)
    {
        if (configuration[section] is { Length: > 0 } text)
            figures = text == NoLimit ? new LimitFigures() : throw new InvalidConfigurationException(section, $"is '{text}': expected {NoLimit}, or limits below it.");

        foreach (var setting in configuration.GetSection(section).GetChildren().Where(s => !others.Contains(s.Key, StringComparer.OrdinalIgnoreCase)))
        {
            if (!Figures.TryGetValue(setting.Key, out var set))
                throw new InvalidConfigurationException(setting.Path, $"is no limit: expected one of {string.Join(", ", Figures.Keys.Concat(others))}.");

            try
            {
                figures = set(figures, setting.Value == NoLimit ? null : setting.Value ?? "");
            }
            catch (Exception e) when (e is FormatException or OverflowException)
            {
                throw new InvalidConfigurationException(setting.Path, $"is '{setting.Value}': expected a figure of its kind, or {NoLimit}.");
            }
        }

        return LimitForm.Read(figures, out var limits) is var (name, problem)
            ? throw new InvalidConfigurationException($"{section}:{name}", $"cannot be: {problem}.")
            : limits;
    }

    private decimal Percent(string key, decimal otherwise)
    {
        if (configuration[key] is not { Length: > 0 } text) return otherwise;

        if (!decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var percent))
            throw new InvalidConfigurationException(key, $"is '{text}': expected a number.");
        return LimitForm.WhyNotPercent(percent) is { } why ? throw new InvalidConfigurationException(key, $"cannot be: {why}.") : percent;
    }

    private static long? Whole(string? text) => text is null ? null : long.Parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);

    private static decimal? Number(string? text) =>
        text is null ? null : decimal.Parse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture);
}
