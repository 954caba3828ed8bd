using AlgoStack.Simulation;
using AlgoStack.Simulation.Venue;
using AlgoStack.Strategies;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Risk;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Backtesting.Tests;

public sealed class TickBacktestTests
{
    private const int Ticks = 5_000;
    private static readonly BacktestPlan Holding = new(
        [StrategyCatalog.Find("buy-and-hold").Configure()],
        new TradingSettings(BacktestPlan.Account)
        {
            Limits = new RiskLimits(50, 50),
            Venue = new VenueModel(CommissionModel.None, SlippageModel.None, TimeSpan.Zero, Participation: 0.5),
        });

    [Fact]
    public void A_result_over_ticks_names_its_fills_its_ticks_and_the_bars_made_of_them()
    {
        var ticks = Rising(1);
        var (result, bars) = Backtester.Run(ticks, Timeframe.Minute, "rising", Holding);

        // A tick a second: 83 whole minutes, and the rest of 20 s is no bar.
        result.Data.Should().BeEquivalentTo(new { Name = "rising", Ticks, Bars = 83, Timeframe = "1m", FirstMs = 60_000L, LastMs = 83 * 60_000L });
        bars.Count.Should().Be(83);
        result.Models["fills"].Should().StartWith("quotes and trades: ");
        result.Models["participation"].Should().Be("at most 50 % of the size of a quote or a trade");
        result.Currencies.Single().Curve[^1].AtMs.Should().Be(4_999_000);

        // 50,000 at the first close of 100.59 is 497 shares, bought at the next trade: 100.60.
        result.Currencies.Single().Statistics.FinalEquity.Should().Be(100_000 + (497 * (149.99m - 100.60m)));
    }

    [Fact]
    public void Other_ticks_have_another_hash_and_the_same_ones_the_same()
    {
        string Hash(double size) => Backtester.Run(Rising(size), Timeframe.Minute, "rising", Holding).Result.Data.Hash;

        Hash(1).Should().Be(Hash(1)).And.NotBe(Hash(2));
    }

    [Fact]
    public void Ticks_that_close_no_bar_are_refused()
    {
        var run = () => Backtester.Run(Rising(1), Timeframe.Day, "rising", Holding);

        run.Should().Throw<ArgumentException>().WithMessage($"rising: expected ticks that close a bar of 1d, found {Ticks} that close none.*");
    }

    /// <summary>A trade a second, each a cent dearer than the one before; the size is in the thousands.</summary>
    private static TickSeries Rising(double thousands) => new(
        [new Instrument(new InstrumentId("X.SIM"), 0.01m, 1, "USD")],
        new int[Ticks],
        [.. Enumerable.Range(0, Ticks).Select(i => i * 1_000_000L)],
        new TickKind[Ticks],
        [.. Enumerable.Range(0, Ticks).Select(i => 100 + (i / 100.0))],
        [.. Enumerable.Repeat(1_000 * thousands, Ticks)],
        new double[Ticks],
        new double[Ticks]);
}
