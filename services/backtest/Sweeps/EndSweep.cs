using AlgoStack.Backtesting.Sweeps;
using AlgoStack.Contracts.Backtests;
using AlgoStack.EventStore.Streams;

namespace AlgoStack.Backtest.Sweeps;

/// <summary>Ends sweeps, each once, however many workers would.</summary>
public sealed class EndSweep(SweepList sweeps, EventLog log, TimeProvider clock)
{
    /// <summary>Assesses a sweep all of whose parts are in the log.</summary>
    public async Task FinishAsync(SweepView sweep, CancellationToken cancellationToken)
    {
        var stream = await log.OpenSession().FetchStreamAsync(SweepStarted.StreamOf(sweep.SweepId), cancellationToken: cancellationToken);
        SweepOutcome[] outcomes = [.. stream.Select(e => e.Data).OfType<SweepPartFinished>().SelectMany(p => p.Outcomes).OrderBy(o => o.Index)];
        var assessment = await Task.Factory.StartNew(
            () => SweepAssessment.Find(outcomes, Measure.Find(sweep.Request.Measure), sweep.Request.Seed),
            cancellationToken,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        await EndAsync(sweep.SweepId, new SweepFinished(sweep.SweepId, Told(assessment), clock.GetUtcNow()), cancellationToken);
    }

    /// <returns>False when it has ended already.</returns>
    public Task<bool> CancelAsync(string sweepId, CancellationToken cancellationToken) =>
        EndAsync(sweepId, new SweepCanceled(sweepId, clock.GetUtcNow()), cancellationToken);

    public Task BreakAsync(string sweepId, string code, string reason, CancellationToken cancellationToken) =>
        EndAsync(sweepId, new SweepBroke(sweepId, code, reason, clock.GetUtcNow()), cancellationToken);

    private async Task<bool> EndAsync(string sweepId, object end, CancellationToken cancellationToken)
    {
        while (true)
        {
            var session = log.OpenSession();
            // The version first: what comes in after it is refused below, and looked at again.
            var state = await session.FetchStreamStateAsync(SweepStarted.StreamOf(sweepId), cancellationToken);
            if (await sweeps.FindAsync(sweepId, cancellationToken) is not { State: SweepList.Running }) return false;

            session.Append(SweepStarted.StreamOf(sweepId), state!.Version, [end]);
            try
            {
                await session.SaveChangesAsync(cancellationToken);
                return true;
            }
            catch (ConcurrencyException)
            {
                // A part came in between, or another end.
            }
        }
    }

    private static SweepAssessmentView? Told(SweepAssessment? assessment) => assessment is null ? null : new SweepAssessmentView(
        assessment.Best.Parameters,
        assessment.Overfitting.BestSharpe,
        assessment.Overfitting.ExpectedSharpe,
        assessment.Overfitting.DeflatedSharpe,
        assessment.Overfitting.CrossValidation.OverfittingProbability,
        assessment.Overfitting.CrossValidation.LossProbability,
        assessment.LeftOut,
        assessment.MonteCarlo?.TotalReturn.P5,
        assessment.MonteCarlo?.TotalReturn.P95,
        assessment.MonteCarlo?.MaxDrawdown.P5,
        assessment.MonteCarlo?.MaxDrawdown.P95);
}
