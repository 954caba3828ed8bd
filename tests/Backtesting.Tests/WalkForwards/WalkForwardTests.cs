using AlgoStack.Backtesting.Sweeps;
using AlgoStack.Backtesting.WalkForwards;
using AlgoStack.Simulation;
using AlgoStack.Strategies;
using AlgoStack.Trading.MarketData;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Backtesting.Tests.WalkForwards;

public sealed class WalkForwardTests
{
    private const int Bars = 5_105;
    private const long DayMs = 86_400_000;

    private static readonly StrategyEntry SmaCross = StrategyCatalog.Find("sma-cross");
    private static readonly TradingSettings Settings = new(BacktestPlan.Account);

    private static readonly WalkForwardPlan Plan = new(
        new SweepPlan(SmaCross, ParameterGrid.Parse(SmaCross, "fast=2..20:6 slow=25..85:30").All(), Settings), WindowLength.Parse("1000"), WindowLength.Parse("700"));

    /// <summary>The same bars as if each were half an hour, one after the other.</summary>
    private static readonly BarSeries HalfHours = Sp500.Bars with
    {
        Timeframe = new Timeframe(1_800_000),
        CloseMs = [.. Enumerable.Range(1, Bars).Select(i => Sp500.Bars.CloseMs[0] + (1_800_000L * i))],
    };

    [Fact]
    public void Windows_roll_on_and_the_last_ends_with_the_bars() => Ends(Run(Sp500.Bars, Plan)).Should().Equal(
        (0, 1_000, 1_700), (700, 1_700, 2_400), (1_400, 2_400, 3_100), (2_100, 3_100, 3_800), (2_800, 3_800, 4_500), (3_500, 4_500, Bars));

    [Fact]
    public void Anchored_windows_begin_with_the_first_bar() => Ends(Run(Sp500.Bars, Plan with { IsAnchored = true })).Should().Equal(
        (0, 1_000, 1_700), (0, 1_700, 2_400), (0, 2_400, 3_100), (0, 3_100, 3_800), (0, 3_800, 4_500), (0, 4_500, Bars));

    [Fact]
    public void Windows_of_days_end_at_midnight()
    {
        var windows = Run(HalfHours, Plan with { InSample = WindowLength.Parse("30d"), OutOfSample = WindowLength.Parse("20d") }).Windows;

        var first = HalfHours.CloseMs[0] / DayMs;
        windows.Select(w => (w.InSample.FirstMs / DayMs, w.OutOfSample.FirstMs / DayMs, w.OutOfSample.LastMs / DayMs)).Should().Equal(
            (first, first + 30, first + 49), (first + 20, first + 50, first + 69), (first + 40, first + 70, first + 89), (first + 60, first + 90, HalfHours.CloseMs[^1] / DayMs));
        foreach (var window in windows)
        {
            window.OutOfSample.From.Should().Be(window.InSample.To);
            (HalfHours.CloseMs[window.InSample.To - 1] / DayMs).Should().BeLessThan(HalfHours.CloseMs[window.InSample.To] / DayMs);
        }
    }

    [Fact]
    public void What_comes_after_a_window_does_not_change_it()
    {
        const int From = 3_100;
        var other = Sp500.Bars with { Open = Mirrored(Sp500.Bars.Open), High = Mirrored(Sp500.Bars.Low), Low = Mirrored(Sp500.Bars.High), Close = Mirrored(Sp500.Bars.Close) };

        var windows = Run(Sp500.Bars, Plan).Windows;
        var otherwise = Run(other, Plan).Windows;

        otherwise.Take(3).Should().BeEquivalentTo(windows.Take(3), options => options.WithStrictOrdering());
        otherwise[3].InSample.Should().Be(windows[3].InSample);
        otherwise[3].Parameters.Should().Be(windows[3].Parameters, "it ends just before the change");
        otherwise[3].InSampleFigures.Should().BeEquivalentTo(windows[3].InSampleFigures);
        otherwise[3].OutOfSampleFigures!.OrderListHash.Should().NotBe(windows[3].OutOfSampleFigures!.OrderListHash);
        otherwise.Skip(4).Select(w => w.Parameters).Should().NotEqual(windows.Skip(4).Select(w => w.Parameters), "these have seen it");

        static double[] Mirrored(double[] prices) => [.. prices.Select((price, i) => i < From ? price : 1_000_000 / price)];
    }

    [Fact]
    public void Each_window_trades_what_was_best_in_sample_with_the_strategy_warm()
    {
        var result = Run(Sp500.Bars, Plan);

        result.Windows.Select(w => w.Parameters).Distinct(StringComparer.Ordinal).Should().HaveCountGreaterThan(1);
        foreach (var window in result.Windows)
        {
            var best = Sweep.Run(Rows(window.InSample), "in sample", Plan.Sweep).Outcomes.MaxBy(o => o.Figures!.Sharpe)!;
            window.Parameters.Should().Be(best.Parameters);
            window.InSampleFigures.Should().BeEquivalentTo(best.Figures);

            // Long only, so a window's orders are those of the crosses in it, from the first one upwards on.
            var crosses = Crosses(window);
            window.OutOfSampleFigures!.Trades.Should().Be(crosses.Where(c => !c.IsUp && c.Row < window.OutOfSample.To - 1).Skip(crosses[0].IsUp ? 0 : 1).Count());
            result.Trades.Where(t => t.OpenedMs >= window.OutOfSample.FirstMs && t.OpenedMs <= window.OutOfSample.LastMs).Select(t => t.OpenedMs)
                .Should().Equal(crosses.Where(c => c.IsUp).Select(c => Sp500.Bars.CloseMs[c.Row + 1]).Take(window.OutOfSampleFigures.Trades));
        }
    }

    [Fact]
    public void The_windows_are_joined_day_by_day_as_if_the_money_went_on()
    {
        foreach (var (bars, days) in ((BarSeries, int)[])[(Sp500.Bars, Bars - 1_000), (HalfHours, 87)])
        {
            var result = Run(bars, Plan);
            var curve = result.OutOfSample!;

            var wealth = 1.0;
            foreach (var window in result.Windows) wealth *= 1 + window.OutOfSampleFigures!.TotalReturn;
            curve.TotalReturn.Should().BeApproximately(wealth - 1, 1e-9);
            curve.Days.Count.Should().Be(days);
            curve.Days.Days.ToArray().Should().BeInAscendingOrder().And.OnlyHaveUniqueItems();
            result.Trades.Should().HaveCount(result.Windows.Sum(w => w.OutOfSampleFigures!.Trades));
            result.Trades.Select(t => t.ClosedMs).Should().BeInAscendingOrder();

            var values = curve.Days.Values.ToArray();
            var deviation = Math.Sqrt(values.Sum(v => Math.Pow(v - values.Average(), 2)) / (values.Length - 1));
            curve.Sharpe.Should().BeApproximately(values.Average() / deviation * Math.Sqrt(252), 1e-9);
        }
    }

    [Fact]
    public void Efficiency_is_the_annual_return_achieved_over_that_seen()
    {
        var result = Run(Sp500.Bars, Plan);

        var (seen, seenMs, achieved, achievedMs) = (1.0, 0L, 1.0, 0L);
        foreach (var window in result.Windows)
        {
            seen *= 1 + window.InSampleFigures!.TotalReturn;
            seenMs += Sp500.Bars.CloseMs[window.InSample.To - 1] - Sp500.Bars.CloseMs[window.InSample.From];
            achieved *= 1 + window.OutOfSampleFigures!.TotalReturn;
            achievedMs += Sp500.Bars.CloseMs[window.OutOfSample.To - 1] - Sp500.Bars.CloseMs[window.OutOfSample.From - 1];
        }

        result.Efficiency.Should().BeApproximately(Annual(achieved, achievedMs) / Annual(seen, seenMs), 1e-9);

        static double Annual(double growth, long milliseconds) => Math.Pow(growth, 365.25 * DayMs / milliseconds) - 1;
    }

    [Fact]
    public void A_window_in_which_nothing_can_be_told_apart_trades_nothing()
    {
        var idle = Plan with { Sweep = Plan.Sweep with { Combinations = ParameterGrid.Parse(SmaCross, "fast=900 slow=1001,1002").All() } };

        var result = Run(Sp500.Bars, idle with { IsAnchored = true });

        result.Windows[0].Should().Match<WalkForwardWindow>(w => w.Parameters == null && w.InSampleFigures == null && w.OutOfSampleFigures == null);
        result.Windows[^1].Parameters.Should().NotBeNull("in time there is a cross");
        result.OutOfSample!.Days.Count.Should().Be(Bars - 1_000);
        result.OutOfSample.Days.Values[..700].ToArray().Should().OnlyContain(value => value == 0);
    }

    [Fact]
    public void Too_few_bars_are_refused() => FluentActions.Invoking(() => Run(Sp500.Bars, Plan with { InSample = WindowLength.Parse("5105") }))
        .Should().Throw<ArgumentException>().WithMessage("Walk-forward: expected bars after the first 5105 that are seen, found none in 5105.*");

    [Theory]
    [InlineData("0")]
    [InlineData("-5")]
    [InlineData("5h")]
    [InlineData("d")]
    public void What_is_no_length_is_refused(string text) => FluentActions.Invoking(() => WindowLength.Parse(text))
        .Should().Throw<ArgumentException>().WithMessage($"Window: expected bars such as 500 or days such as 90d, found '{text}'.*");

    private static WalkForwardResult Run(BarSeries bars, WalkForwardPlan plan) => WalkForward.Run(bars, "S&P 500", plan);

    private static IEnumerable<(int, int, int)> Ends(WalkForwardResult result) => result.Windows.Select(w => (w.InSample.From, w.InSample.To, w.OutOfSample.To));

    private static BarSeries Rows(WindowRows rows)
    {
        var bars = Sp500.Bars;
        var range = rows.From..rows.To;
        return new BarSeries(
            bars.Timeframe, bars.Instruments, bars.Instrument[range], bars.CloseMs[range], bars.Open[range], bars.High[range], bars.Low[range], bars.Close[range], bars.Volume[range]);
    }

    /// <summary>Rows of a window's out-of-sample part at which the averages cross, by their definition over its bars alone.</summary>
    private static List<(int Row, bool IsUp)> Crosses(WalkForwardWindow window)
    {
        var lengths = window.Parameters!.Split(' ').Select(p => int.Parse(p[5..], System.Globalization.CultureInfo.InvariantCulture)).ToArray();
        var closes = Sp500.Bars.Close;
        var crosses = new List<(int Row, bool IsUp)>();
        for (var row = window.OutOfSample.From; row < window.OutOfSample.To; row++)
        {
            var isAbove = IsAbove(row);
            if (isAbove != IsAbove(row - 1)) crosses.Add((row, isAbove));
        }

        return crosses;

        bool IsAbove(int row) => closes[(row + 1 - lengths[0])..(row + 1)].Average() > closes[(row + 1 - lengths[1])..(row + 1)].Average();
    }
}
