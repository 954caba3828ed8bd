using AlgoStack.Backtesting.Sweeps;
using AlgoStack.Trading.Performance;

namespace AlgoStack.Backtesting.WalkForwards;

/// <summary>What came of choosing anew in each window: only what was traded out of sample, joined.</summary>
/// <param name="Models">By name, see <see cref="BacktestPlan.Models"/>.</param>
/// <param name="Measure">The combinations were chosen by this.</param>
/// <param name="OutOfSample">Of the joined windows; null where a window's daily returns are no numbers, as on a debt.</param>
/// <param name="Trades">Positions that were opened and closed in one window, in the order of their end.</param>
/// <param name="Efficiency">
/// The annual return out of sample over that in sample, each compounded over all windows; null where the latter is not
/// above zero. R. Pardo, The Evaluation and Optimization of Trading Strategies (2008).
/// </param>
public sealed record WalkForwardResult(
    BacktestData Data,
    string Strategy,
    IReadOnlyDictionary<string, string> Models,
    string Measure,
    IReadOnlyList<WalkForwardWindow> Windows,
    WalkForwardCurve? OutOfSample,
    IReadOnlyList<RoundTrip> Trades,
    double? Efficiency);

/// <summary>One choice and what it came to. The account begins anew in each window, with nothing in it but money.</summary>
/// <param name="Parameters">Those chosen; null where no combination has the measure, and nothing is traded.</param>
/// <param name="InSampleFigures">Of the chosen.</param>
/// <param name="OutOfSampleFigures">Of the chosen; what is open at the end is valued at the last close.</param>
public sealed record WalkForwardWindow(
    WindowRows InSample, WindowRows OutOfSample, string? Parameters, SweepFigures? InSampleFigures, SweepFigures? OutOfSampleFigures);

/// <summary>Rows of a series.</summary>
/// <param name="To">The row after the last.</param>
/// <param name="FirstMs">Close of the first bar, Unix milliseconds UTC.</param>
/// <param name="LastMs">Close of the last bar.</param>
public sealed record WindowRows(int From, int To, long FirstMs, long LastMs);

/// <summary>Windows joined day by day, as if the money of one had gone on in the next; fractions.</summary>
/// <param name="Days">A day that two windows share is compounded of both.</param>
/// <param name="MaxDrawdown">From the last equity of each day, over the high before it.</param>
public sealed record WalkForwardCurve(
    DailyReturns Days, double TotalReturn, double? AnnualReturn, double? Sharpe, double? Sortino, double MaxDrawdown, RiskStatistics Risk);
