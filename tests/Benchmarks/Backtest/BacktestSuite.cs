using System.Diagnostics;
using AlgoStack.Backtesting;
using AlgoStack.Backtesting.Sweeps;
using AlgoStack.BarFiles;
using AlgoStack.Benchmarks.Limits;
using AlgoStack.Benchmarks.Measuring;
using AlgoStack.Simulation;
using AlgoStack.Simulation.Venue;
using AlgoStack.Strategies;
using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Parameters;
using AlgoStack.Trading.Risk;

namespace AlgoStack.Benchmarks.Backtest;

/// <summary>The backtester's lines of the table. The work is a cross of two averages, all in, for 0.1 %.</summary>
internal sealed class BacktestSuite(BacktestSuite.Sizes sizes)
{
    internal const int Fast = 10;
    internal const int Slow = 30;
    private const double LoopExpected = 150_000_000;

    // So much that a hundred thousand costs of a tenth of a percent leave something to trade with.
    private static readonly TradingSettings AllIn = new(BacktestPlan.Account)
    {
        OpeningBalance = 1_000_000_000_000,
        Limits = new RiskLimits(99, 100),
        Venue = VenueModel.Paper with { Commission = new CommissionModel.Percent(0.1m) },
    };

    private static readonly IReadOnlyList<ConfiguredStrategy> Cross = [StrategyCatalog.Find("sma-cross").Configure($"fast={Fast} slow={Slow}")];
    private static readonly IReadOnlyList<ConfiguredStrategy> Ten = [StrategyEntry.Of<TenIndicators>().Configure()];

    private readonly BarSeries _one = RandomWalk.Of(instruments: 1, sizes.Bars);

    public IEnumerable<Comparison> Comparisons =>
    [
        new("engine, one core", "bars", 0.10, 0.25, () => BestAsync(_one, Loop), () => BestAsync(_one, bars => Engine(bars, Cross)), LoopExpected),
        new("engine, ten indicators a bar", "bars", 1.0 / 40, 1.0 / 15, () => BestAsync(_one, Loop), () => BestAsync(_one, bars => Engine(bars, Ten)), LoopExpected),
        SweepLine(),
        MergedLine(),
        TicksLine(),
        .. IndicatorLines.Of(_one, LoopExpected),
    ];

    public IEnumerable<Bound> Bounds =>
    [
        new("memory of a backtest", "bytes a bar", 80, 56, () => Task.FromResult(BytesABar())),
        new("memory allocated where nothing trades", "bytes a bar", 0.1, 0.01, () => Task.FromResult(AllocatedABar())),
        new("algo backtest, whole process", "s", 2, 0.7, () => Task.FromResult(ProcessSeconds())),
    ];

    /// <summary>Bars a second, the best of several runs: what else the machine does only ever makes it slower.</summary>
    /// <param name="run">Returns something that comes of all of its work, so that none can be left out.</param>
    internal static Task<double> BestAsync(BarSeries bars, Func<BarSeries, double> run) => BestAsync(bars.Count, () => run(bars));

    private static Task<double> BestAsync(int count, Func<double> run)
    {
        var best = double.MaxValue;
        for (var i = 0; i < 5; i++)
        {
            var started = Stopwatch.GetTimestamp();
            if (double.IsNaN(run())) throw new InvalidDataException("A run came to no number.");
            best = Math.Min(best, Stopwatch.GetElapsedTime(started).TotalSeconds);
        }

        return Task.FromResult(count / best);
    }

    private static double Loop(BarSeries bars) => LoopLimits.Cross(bars, Fast, Slow);

    private static double Engine(BarSeries bars, IReadOnlyList<ConfiguredStrategy> strategies)
    {
        using var run = new BacktestRun(AllIn, bars.Timeframe, strategies);
        const int Rows = 4_096;
        for (var from = 0; from < bars.Count;)
        {
            var to = BacktestRun.EndOfInstant(bars, Math.Min(from + Rows, bars.Count) - 1, bars.Count);
            run.Run(bars, from, to);
            run.ClearEvents();
            from = to;
        }

        return run.Statistics.Sum(s => (double)s.Statistics.FinalEquity) + run.Session.OrderListHash.Length;
    }

    private Comparison SweepLine()
    {
        const string Grid = "fast=2..50:2 slow=60..250:10";
        const double LoopExpectedOnTwo = 300_000_000;
        var bars = RandomWalk.Of(instruments: 1, sizes.SweepBars);
        var plan = new SweepPlan(StrategyCatalog.Find("sma-cross"), ParameterGrid.Parse(StrategyCatalog.Find("sma-cross"), Grid).All(), AllIn);
        var lengths = plan.Combinations.Parameters.Select(p => ParameterValues.Parse("sweep", SmaCross.Schema.Parameters, p)).ToArray();
        return new(
            $"sweep, {lengths.Length} combinations, all cores", "bars", 1.0 / 8, 1.0 / 3,
            () => TimesAsync(lengths.Length, LoopSweep),
            () => TimesAsync(lengths.Length, () => Sweep.Run(bars, "random walk", plan).Outcomes.Sum(o => o.Figures!.TotalReturn)),
            LoopExpectedOnTwo);

        async Task<double> TimesAsync(int combinations, Func<double> run) => combinations * await BestAsync(bars, _ => run());

        double LoopSweep()
        {
            var results = new double[lengths.Length];
            Parallel.For(0, lengths.Length, i => results[i] = LoopLimits.Cross(bars, lengths[i].Whole("fast"), lengths[i].Whole("slow")));
            return results.Sum();
        }
    }

    private Comparison MergedLine()
    {
        BarSeries? merged = null;
        return new(
            $"engine, {sizes.Instruments} instruments merged", "bars", 1.0 / 30, 1.0 / 12,
            () => BestAsync(_one, Loop),
            () => BestAsync(merged ??= RandomWalk.Of(sizes.Instruments, sizes.BarsEach), bars => Engine(bars, Cross)),
            LoopExpected);
    }

    private Comparison TicksLine()
    {
        TickSeries? ticks = null;
        return new(
            "tick replay", "ticks", 1.0 / 30, 1.0 / 12,
            () => BestAsync(_one, Loop),
            () =>
            {
                ticks ??= RandomTicks.Of(sizes.Ticks);
                return BestAsync(ticks.Count, () => Replay(ticks));
            },
            LoopExpected);
    }

    private static double Replay(TickSeries ticks)
    {
        using var run = new BacktestRun(AllIn, Timeframe.Minute, Cross);
        const int Rows = 65_536;
        for (var from = 0; from < ticks.Count; from += Rows)
        {
            run.Run(ticks, from, Math.Min(from + Rows, ticks.Count));
            run.ClearEvents();
        }

        return run.Statistics.Sum(s => (double)s.Statistics.FinalEquity) + run.Session.OrderListHash.Length;
    }

    private double BytesABar()
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var bars = RandomWalk.Of(instruments: 1, sizes.Bars);
        var result = Backtester.Run(bars, "random walk", new BacktestPlan(Cross, AllIn));
        var bytes = GC.GetTotalMemory(forceFullCollection: true) - before;
        GC.KeepAlive(result);
        GC.KeepAlive(bars);
        return (double)bytes / sizes.Bars;
    }

    private double AllocatedABar()
    {
        var holding = new[] { StrategyCatalog.Find("buy-and-hold").Configure() };
        Engine(_one, holding);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Engine(_one, holding);
        return (double)(GC.GetAllocatedBytesForCurrentThread() - before) / _one.Count;
    }

    private double ProcessSeconds()
    {
        var file = Path.Combine(Path.GetTempPath(), $"algostack-bench-{Environment.ProcessId}.bars");
        try
        {
            BarFile.Write(file, _one);
            var started = Stopwatch.GetTimestamp();
            using var algo = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "algo.dll"), "backtest", file, "--strategy", "sma-cross"])
            {
                RedirectStandardOutput = true,
                UseShellExecute = false,
            })!;
            var output = algo.StandardOutput.ReadToEnd();
            algo.WaitForExit();
            return algo.ExitCode == 0 && output.Contains("order-list hash", StringComparison.Ordinal)
                ? Stopwatch.GetElapsedTime(started).TotalSeconds
                : throw new InvalidOperationException($"algo backtest ended with {algo.ExitCode}: {output}");
        }
        finally
        {
            File.Delete(file);
        }
    }

    internal sealed record Sizes(int Bars, int Instruments, int BarsEach, int SweepBars, int Ticks)
    {
        public static Sizes Full { get; } = new(1_000_000, 100, 100_000, 100_000, 4_000_000);

        public static Sizes Short { get; } = new(20_000, 5, 1_000, 5_000, 20_000);
    }
}
