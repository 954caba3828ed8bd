using System.Text.Json.Serialization;
using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Performance;

namespace AlgoStack.Backtesting;

/// <summary>All that came of a backtest.</summary>
/// <param name="Models">By name, see <see cref="BacktestPlan.Models"/>.</param>
/// <param name="Denied">Orders that risk refused.</param>
/// <param name="OrderListHash">The same for runs that wanted the same orders.</param>
/// <param name="Currencies">One for each that an instrument is quoted in; money of two is never added up.</param>
/// <param name="Trades">Positions that were opened and closed, in the order of their end.</param>
public sealed record BacktestResult(
    BacktestData Data,
    IReadOnlyList<StrategySetting> Strategies,
    IReadOnlyDictionary<string, string> Models,
    long Signals,
    long Orders,
    long Denied,
    long Fills,
    string OrderListHash,
    IReadOnlyList<CurrencyResult> Currencies,
    IReadOnlyList<RoundTrip> Trades)
{
    /// <summary>How often all of a currency was closed because its equity had become too small.</summary>
    public long MarginCalls { get; init; }
}

/// <summary>What a backtest ran over.</summary>
/// <param name="Name">Of the file or the range, as a person calls it.</param>
/// <param name="FirstMs">Close of the first bar, Unix milliseconds UTC.</param>
/// <param name="LastMs">Close of the last bar.</param>
/// <param name="Hash">SHA-256 over instruments, columns, of the ticks where there are any, and corporate actions.</param>
public sealed record BacktestData(string Name, IReadOnlyList<string> Instruments, string Timeframe, int Bars, long FirstMs, long LastMs, string Hash)
{
    /// <summary>Of which the bars were made; null where bars are what there was.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Ticks { get; init; }

    /// <summary>Splits and dividends from the first bar to the last.</summary>
    public int Actions { get; init; }

    /// <param name="bars">At least one.</param>
    public static BacktestData Of(BarSeries bars, string name) => new(
        name, [.. bars.Instruments.Select(i => i.Id.Value)], bars.Timeframe.ToString(), bars.Count, bars.CloseMs[0], bars.CloseMs[^1], DataHash.Of(bars))
    {
        Actions = bars.Actions.Count(a => a.ExMs >= bars.CloseMs[0] && a.ExMs < bars.CloseMs[^1]),
    };

    /// <param name="bars">Made of the ticks; at least one.</param>
    public static BacktestData Of(TickSeries ticks, BarSeries bars, string name) => Of(bars, name) with { Ticks = ticks.Count, Hash = DataHash.Of(ticks) };
}

/// <summary>A strategy that ran.</summary>
/// <param name="Parameters">As in <c>fast=12 slow=26</c>.</param>
/// <param name="Instruments">Those it was to trade; with none, all.</param>
public sealed record StrategySetting(string Name, string Parameters, IReadOnlyList<string> Instruments);

/// <summary>How the account did in one currency.</summary>
/// <param name="Curve">Evenly over the run, the last instant among them.</param>
/// <param name="Days">Daily returns; null where they are no numbers, as on a debt.</param>
/// <param name="Holding">Beside holding the currency's instruments in equal parts; null with no day to compare.</param>
public sealed record CurrencyResult(
    string Currency, PerformanceStatistics Statistics, IReadOnlyList<CurvePoint> Curve, DailyReturns? Days, BenchmarkStatistics? Holding);

/// <summary>Equity at the end of an instant.</summary>
/// <param name="AtMs">Unix milliseconds, UTC.</param>
public readonly record struct CurvePoint(long AtMs, double Equity);
