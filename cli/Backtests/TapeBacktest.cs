using System.Globalization;
using AlgoStack.Cli.Reaching;
using AlgoStack.Contracts.Backtests;

namespace AlgoStack.Cli.Backtests;

/// <summary>A backtest in the service, over bars of the tape.</summary>
internal sealed class TapeBacktest(Terminal terminal, ConsoleClient console) : TapeRun<BacktestView>(terminal, console)
{
    public const string Path = "/api/v1/backtest";

    public static string PathOf(string backtestId) => $"{Path}/{Uri.EscapeDataString(backtestId)}";

    /// <summary>Starts it and follows it to its end. Who cancels the command cancels the backtest.</summary>
    /// <param name="path">Where it is asked for.</param>
    /// <exception cref="CommandFailedException">It was refused.</exception>
    public async Task<BacktestView> RunAsync(string path, object body, CancellationToken cancellationToken) =>
        await FollowAsync(await StartAsync(path, body, cancellationToken), cancellationToken);

    protected override string PathOf(BacktestView view) => PathOf(view.BacktestId);

    protected override string NameOf(BacktestView view) => $"backtest {view.BacktestId}";

    protected override bool HasEnded(BacktestView view) => view.EndedAt is not null;

    protected override (string Counted, double Done) ProgressOf(BacktestView view) =>
        (view.State == "waiting" ? "waiting" : "bars", view.Progress ?? 0);

    protected override string LineOf(BacktestView view) => string.Create(
        CultureInfo.InvariantCulture,
        $"{view.BacktestId} {view.State}: {view.Bars:N0} of {view.BarsInAll ?? 0:N0} bars, {view.Signals:N0} signals, {view.Fills:N0} fills");
}
