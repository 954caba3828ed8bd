using System.CommandLine;
using System.Net;
using AlgoStack.Cli.Reaching;
using AlgoStack.Cli.Sessions;
using AlgoStack.Contracts.Backtests;
using AlgoStack.Contracts.MarketData;

namespace AlgoStack.Cli.Commands;

/// <summary><c>algo verify parity</c>: did the session trade as a backtest of its bars does?</summary>
internal static class VerifyCommand
{
    private const int MostAttempts = 5;

    private static readonly TimeSpan BetweenAttempts = TimeSpan.FromSeconds(2);

    public static Command Create(SharedOptions shared)
    {
        var session = new Argument<string?>("SESSION") { Description = "Default: the newest.", Arity = ArgumentArity.ZeroOrOne };
        var parity = new Command("parity", "Compare a session's signals and order intents with a backtest of the same bars.") { session };
        shared.SetAction(parity, async (parsed, terminal, console, cancellationToken) =>
        {
            var id = parsed.GetValue(session) ?? (await NewestAsync(console, cancellationToken)).SessionId;
            var report = await FindParityAsync(terminal, console, id, cancellationToken);
            terminal.Line(ParityLine.Of(report));
            terminal.Result(report);
            if (ParityLine.Reason(report) is not { } reason) return ExitCode.Ok;

            await terminal.Error.WriteLineAsync($"algo: {reason}");
            return ExitCode.NoParity;
        });
        return new Command("verify", "Check what AlgoStack claims.") { parity, VerifyChain.Create(shared) };
    }

    /// <summary>The parity of a session. A service that restarts is asked again: the answer is the same each time.</summary>
    public static async Task<ParityReport> ParityAsync(
        Terminal terminal, ConsoleClient console, string sessionId, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await console.PostAsync<ParityReport>(
                    $"/api/v1/backtest/parity/{Uri.EscapeDataString(sessionId)}", body: null, cancellationToken);
            }
            catch (ConsoleProblemException e) when (e.IsPassing && attempt < MostAttempts)
            {
                terminal.Note($"waiting: {e.Message}");
                await Task.Delay(BetweenAttempts, cancellationToken);
            }
        }
    }

    private static async Task<ParityReport> FindParityAsync(
        Terminal terminal, ConsoleClient console, string sessionId, CancellationToken cancellationToken)
    {
        try
        {
            return await ParityAsync(terminal, console, sessionId, cancellationToken);
        }
        catch (ConsoleProblemException e) when (e.Status == HttpStatusCode.NotFound)
        {
            throw new CommandFailedException(ExitCode.NothingUseful, e.Message);
        }
    }

    private static async Task<SessionStatus> NewestAsync(ConsoleClient console, CancellationToken cancellationToken)
    {
        var sessions = await console.GetAsync<IReadOnlyList<SessionStatus>>("/api/v1/sessions", cancellationToken);
        return sessions.MaxBy(s => s.StartedAt)
            ?? throw new CommandFailedException(ExitCode.NothingUseful, "There is no session yet: start one with algo replay.");
    }
}
