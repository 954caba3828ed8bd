using AlgoStack.Backtest.Backtests;
using AlgoStack.Backtesting;
using AlgoStack.Backtesting.Sweeps;
using AlgoStack.Contracts.Backtests;
using AlgoStack.Trading.MarketData;

namespace AlgoStack.Backtest.Sweeps;

/// <summary>What a part runs on.</summary>
public sealed record SweepWork(SweepPlan Plan, BarSeries Bars);

/// <summary>A sweep cannot be gone on with.</summary>
/// <param name="code">Such as <c>tape_changed</c>.</param>
public sealed class SweepBrokenException(string code, string reason) : Exception(reason)
{
    public string Code => code;
}

/// <summary>Brings bars from the tape, and keeps those of the sweep that is at work with its plan.</summary>
public sealed class SweepData(TapeData tape) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private string? _sweepId;
    private SweepWork? _work;

    /// <summary>The bars that the tape has now.</summary>
    /// <exception cref="NoDataException">It has none.</exception>
    public async Task<BarSeries> ReadAsync(StartSweep request, CancellationToken cancellationToken)
    {
        var range = new StartBacktest(Instruments: request.Instruments, Timeframe: request.Timeframe, From: request.From, To: request.To);
        return (await tape.OfRangeAsync(range, cancellationToken))[0].Bars;
    }

    /// <summary>Plan and bars as they were when the sweep was started.</summary>
    /// <exception cref="SweepBrokenException">They are others by now.</exception>
    public async Task<SweepWork> OfAsync(SweepView sweep, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (_work is { } kept && _sweepId == sweep.SweepId) return kept;

            (_work, _sweepId) = (null, null);
            var work = new SweepWork(PlanOf(sweep), await BarsOfAsync(sweep, cancellationToken));
            (_work, _sweepId) = (work, sweep.SweepId);
            return work;
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private static SweepPlan PlanOf(SweepView sweep)
    {
        try
        {
            var plan = SweepPlans.Of(sweep.Request);
            if (plan.Hash == sweep.PlanHash) return plan;
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            throw new SweepBrokenException("plan_changed", $"A worker cannot make the plan, being of another version: {e.Message}");
        }

        throw new SweepBrokenException("plan_changed", $"Expected the plan {sweep.PlanHash[..12]}, found another: a worker is of another version.");
    }

    private async Task<BarSeries> BarsOfAsync(SweepView sweep, CancellationToken cancellationToken)
    {
        BarSeries bars;
        try
        {
            bars = await ReadAsync(sweep.Request, cancellationToken);
        }
        catch (NoDataException e)
        {
            throw new SweepBrokenException("tape_changed", $"Expected {sweep.Bars} bars of data {sweep.DataHash[..12]}, found none: {e.Message}");
        }

        var hash = DataHash.Of(bars);
        return hash == sweep.DataHash
            ? bars
            : throw new SweepBrokenException(
                "tape_changed", $"Expected {sweep.Bars} bars of data {sweep.DataHash[..12]}, found {bars.Count} of {hash[..12]}: the tape has changed.");
    }
}
