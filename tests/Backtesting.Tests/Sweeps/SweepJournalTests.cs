using System.Text.Json;
using AlgoStack.Backtesting.Sweeps;
using AlgoStack.Simulation;
using AlgoStack.Strategies;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Backtesting.Tests.Sweeps;

public sealed class SweepJournalTests : IDisposable
{
    private static readonly StrategyEntry SmaCross = StrategyCatalog.Find("sma-cross");

    private static readonly SweepPlan Plan =
        new(SmaCross, ParameterGrid.Parse(SmaCross, "fast=5..50:5 slow=60..100:10").All(), new TradingSettings(BacktestPlan.Account)) { KeepsDays = true };

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("algostack-sweep-");

    private string Journal => Path.Combine(_folder.FullName, "sweep.jsonl");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_sweep_that_was_cancelled_goes_on_where_it_was()
    {
        var first = OutcomesBeforeCancellation();
        first.Should().HaveCountGreaterThanOrEqualTo(20).And.HaveCountLessThan(50);
        var linesThen = File.ReadAllLines(Journal);
        linesThen.Should().HaveCount(1 + first.Count);

        var told = new List<SweepOutcome>();
        var resumed = Sweep.Run(Sp500.Bars, "S&P 500", Plan, Journal, told.Add);

        JsonSerializer.Serialize(resumed).Should().Be(JsonSerializer.Serialize(Sweep.Run(Sp500.Bars, "S&P 500", Plan)));
        told.Select(o => o.Index).Take(first.Count).Should().Equal(first.Select(o => o.Index));
        told.Select(o => o.Index).Order().Should().Equal(Enumerable.Range(0, 50));
        var lines = File.ReadAllLines(Journal);
        lines.Should().HaveCount(51, "what was finished is not run again");
        lines.Take(linesThen.Length).Should().Equal(linesThen);
    }

    [Fact]
    public void A_finished_one_is_only_read()
    {
        var result = Sweep.Run(Sp500.Bars, "S&P 500", Plan, Journal);
        var bytes = File.ReadAllBytes(Journal);

        var again = Sweep.Run(Sp500.Bars, "S&P 500", Plan, Journal);

        JsonSerializer.Serialize(again).Should().Be(JsonSerializer.Serialize(result));
        File.ReadAllBytes(Journal).Should().Equal(bytes);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    public void A_line_that_was_cut_off_is_run_again(int missing)
    {
        var result = Sweep.Run(Sp500.Bars, "S&P 500", Plan, Journal, threads: 1);
        var bytes = File.ReadAllBytes(Journal);
        File.WriteAllBytes(Journal, bytes[..^missing]);

        var resumed = Sweep.Run(Sp500.Bars, "S&P 500", Plan, Journal, threads: 1);

        JsonSerializer.Serialize(resumed).Should().Be(JsonSerializer.Serialize(result));
        File.ReadAllBytes(Journal).Should().Equal(bytes);
    }

    [Fact]
    public void A_first_line_that_was_cut_off_is_written_anew()
    {
        Sweep.Run(Sp500.Bars, "S&P 500", Plan, Journal, threads: 1);
        var bytes = File.ReadAllBytes(Journal);
        File.WriteAllBytes(Journal, bytes[..20]);

        Sweep.Run(Sp500.Bars, "S&P 500", Plan, Journal, threads: 1);

        File.ReadAllBytes(Journal).Should().Equal(bytes);
    }

    [Fact]
    public void That_of_other_bars_or_another_plan_is_refused_and_left_alone()
    {
        Sweep.Run(Sp500.Bars, "S&P 500", Plan, Journal);
        var bytes = File.ReadAllBytes(Journal);
        var higher = Sp500.Bars with { High = [.. Sp500.Bars.High.Select(high => high + 0.01)] };
        SweepPlan[] others =
        [
            Plan with { Combinations = ParameterGrid.Parse(SmaCross, "fast=5..50:5 slow=60..110:10").All() },
            Plan with { Settings = Plan.Settings with { OpeningBalance = 5_000 } },
            Plan with { Strategy = StrategyCatalog.Find("ema-cross") },
            Plan with { Instruments = [Sp500.Bars.Instruments[0].Id] },
            Plan with { KeepsDays = false },
            Plan with { TimeLimit = TimeSpan.FromMinutes(1) },
        ];

        FluentActions.Invoking(() => Sweep.Run(higher, "S&P 500", Plan, Journal)).Should().Throw<SweepJournalException>()
            .WithMessage($"*expected the journal of a sweep over data {DataHash.Of(higher)[..12]}, found one over {DataHash.Of(Sp500.Bars)[..12]}.");
        foreach (var other in others)
        {
            FluentActions.Invoking(() => Sweep.Run(Sp500.Bars, "S&P 500", other, Journal)).Should().Throw<SweepJournalException>()
                .WithMessage($"*expected the journal of plan {other.Hash[..12]}, found that of {Plan.Hash[..12]}.");
        }

        File.ReadAllBytes(Journal).Should().Equal(bytes);
    }

    [Theory]
    [InlineData("date,open\n1,2\n", "*line 1: expected a line of a sweep's journal*")]
    [InlineData("somebody's only line", "*expected a sweep's journal, found another file.")]
    [InlineData("{}\n", "*expected the journal of a sweep over data*")]
    public void Another_file_is_refused_and_left_alone(string text, string message)
    {
        File.WriteAllText(Journal, text);

        FluentActions.Invoking(() => Sweep.Run(Sp500.Bars, "S&P 500", Plan, Journal)).Should().Throw<SweepJournalException>().WithMessage(message);

        File.ReadAllText(Journal).Should().Be(text);
    }

    [Fact]
    public void A_line_in_its_middle_that_is_broken_is_named()
    {
        Sweep.Run(Sp500.Bars, "S&P 500", Plan, Journal);
        var lines = File.ReadAllLines(Journal);
        lines[7] = lines[7][..50];
        File.WriteAllLines(Journal, lines);

        FluentActions.Invoking(() => Sweep.Run(Sp500.Bars, "S&P 500", Plan, Journal)).Should().Throw<SweepJournalException>().WithMessage("*line 8: *");
    }

    private List<SweepOutcome> OutcomesBeforeCancellation()
    {
        using var cancellation = new CancellationTokenSource();
        var outcomes = new List<SweepOutcome>();
        var run = () => Sweep.Run(Sp500.Bars, "S&P 500", Plan, Journal, CancelAfterTwenty, cancellationToken: cancellation.Token);
        run.Should().Throw<OperationCanceledException>();
        return outcomes;

        void CancelAfterTwenty(SweepOutcome outcome)
        {
            outcomes.Add(outcome);
            if (outcomes.Count == 20) cancellation.Cancel();
        }
    }
}
