using System.Text.Json.Serialization;

namespace AlgoStack.Contracts.Portfolio;

/// <summary>
/// What may be traded; null is no limit. Money is in an instrument's quote currency, each of which is held against a limit by
/// itself. What each denies is in <c>domain/Engine/README.md</c>. A member that is not known is refused: it would be a limit that
/// does not hold.
/// </summary>
/// <param name="Restricted">Instruments in which nothing is to be traded, as in <c>AAPL.ALPACA</c>.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record LimitFigures(
    long? ClockSkewMs = null,
    bool? OpenMarketOnly = null,
    IReadOnlyList<string>? Restricted = null,
    long? PriceAgeMs = null,
    decimal? FatFingerPercent = null,
    decimal? OrderQuantity = null,
    decimal? OrderValue = null,
    long? DuplicateMs = null,
    int? OrdersPerSecond = null,
    decimal? DailyLoss = null,
    int? DailyTrades = null,
    decimal? PositionQuantity = null,
    decimal? PositionValue = null,
    decimal? GrossExposure = null,
    decimal? NetExposure = null);

/// <summary>The limits of an account at a venue: <c>GET /accounts/{account}/limits</c>.</summary>
/// <param name="RiskPercent">Share of equity that one entry of a strategy is sized at.</param>
/// <param name="PositionPercent">The most that one position may be worth, in percent of equity.</param>
/// <param name="Strategies">Of strategies by their names, beside the account's own.</param>
/// <param name="ChangedBy"><c>configuration</c> or <c>request</c>; with the reason of the newest change.</param>
public sealed record AccountLimits(
    string Account,
    decimal RiskPercent,
    decimal PositionPercent,
    LimitFigures Limits,
    IReadOnlyDictionary<string, LimitFigures> Strategies,
    string ChangedBy,
    string Reason,
    DateTimeOffset ChangedAt);

/// <summary>
/// Other limits from now on, in place of all that there were: <c>PUT /accounts/{account}/limits</c>; those of its strategies stay.
/// <c>PUT /accounts/{account}/strategies/{strategy}/limits</c> takes the same without percents.
/// </summary>
/// <param name="RiskPercent">Null leaves it; so does <paramref name="PositionPercent"/>.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record ChangeLimits(string Reason, LimitFigures Limits, decimal? RiskPercent = null, decimal? PositionPercent = null);
