using System.Globalization;
using AlgoStack.Backtesting;
using AlgoStack.Backtesting.Sweeps;
using AlgoStack.Cli.Reaching;
using AlgoStack.Contracts.Backtests;

namespace AlgoStack.Cli.Backtests;

/// <summary>A sweep in the service, by all of its instances, over bars of the tape.</summary>
internal sealed class TapeSweep(Terminal terminal, ConsoleClient console) : TapeRun<SweepView>(terminal, console)
{
    private const string Path = $"{TapeBacktest.Path}/sweeps";

    /// <summary>Waits for the sweep to end; being cancelled, it cancels the sweep.</summary>
    /// <param name="plan">Of the same request.</param>
    /// <exception cref="CommandFailedException">It was refused, or failed, or somebody else cancelled it.</exception>
    public async Task<SweepResult> RunAsync(StartSweep request, SweepPlan plan, CancellationToken cancellationToken)
    {
        var sweep = await StartAsync(Path, request, cancellationToken);
        if (!Terminal.IsWatched) Terminal.Note($"sweep {sweep.SweepId}: {Figure.Count(sweep.Combinations)} combinations");
        sweep = await FollowAsync(sweep, cancellationToken);
        if (sweep.State != "completed") throw new CommandFailedException(ExitCode.Failed, sweep.Error ?? $"Sweep {sweep.SweepId} is {sweep.State}.");

        var data = new BacktestData(
            string.Join(", ", request.Instruments),
            request.Instruments,
            request.Timeframe,
            sweep.Bars,
            sweep.FirstClose.ToUnixTimeMilliseconds(),
            sweep.LastClose.ToUnixTimeMilliseconds(),
            sweep.DataHash);
        return new SweepResult(data, plan.Strategy.Name, plan.Models, await OutcomesAsync(sweep, cancellationToken), sweep.LeftOut);
    }

    protected override string PathOf(SweepView view) => $"{Path}/{view.SweepId}";

    protected override string NameOf(SweepView view) => $"sweep {view.SweepId}";

    protected override bool HasEnded(SweepView view) => view.EndedAt is not null;

    protected override (string Counted, double Done) ProgressOf(SweepView view) => ("combinations", (double)view.Done / view.Combinations);

    protected override string LineOf(SweepView view) => string.Create(
        CultureInfo.InvariantCulture, $"sweep {view.SweepId} {view.State}: {view.Done:N0} of {view.Combinations:N0} combinations, {view.Failed:N0} failed");

    private async Task<IReadOnlyList<SweepOutcome>> OutcomesAsync(SweepView sweep, CancellationToken cancellationToken)
    {
        var outcomes = new List<SweepOutcome>();
        for (var after = 0L; ;)
        {
            var page = await Console.GetAsync<OutcomePage>($"{PathOf(sweep)}/outcomes?after={after}&days=true", cancellationToken);
            if (page.Next == after) return [.. outcomes.OrderBy(o => o.Index)];

            outcomes.AddRange(page.Outcomes);
            after = page.Next;
        }
    }

    private sealed record OutcomePage(IReadOnlyList<SweepOutcome> Outcomes, long Next);
}
