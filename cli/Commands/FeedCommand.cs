using System.CommandLine;
using System.Diagnostics;
using System.Net;
using AlgoStack.Cli.Reaching;
using AlgoStack.Contracts.MarketData;

namespace AlgoStack.Cli.Commands;

/// <summary><c>algo feed</c>: follows a venue's public stream; a replay stands in where the venue cannot be reached.</summary>
internal static class FeedCommand
{
    // A venue answers within a second or two, and a bar of a minute takes a minute.
    private static readonly TimeSpan LongestStart = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    public static Command Create(SharedOptions shared)
    {
        var provider = new Argument<string>("PROVIDER") { Description = "binance or kraken." };
        provider.AcceptOnlyFromAmong("binance", "kraken");
        var symbols = new Option<string>("--symbols") { Description = "As the venue writes them: BTCUSDT,ETHUSDT.", HelpName = "A,B", Required = true };
        var timeframe = new Option<string>("--timeframe") { Description = "As in 1m, 1h.", HelpName = "T", DefaultValueFactory = _ => "1m" };
        var once = new Option<bool>("--once") { Description = "Stay until the session is through: a replay that stands in ends, a venue goes on until Ctrl-C." };
        var command = new Command("feed", "Follow a venue's public stream, no key needed.") { provider, symbols, timeframe, once };
        symbols.Validators.Add(result =>
        {
            if (Symbols(result.GetValueOrDefault<string>()).Length == 0) result.AddError("--symbols names no symbol.");
        });
        shared.SetAction(command, async (parsed, terminal, console, cancellationToken) =>
        {
            var feed = new StartFeed(parsed.GetValue(provider)!, Symbols(parsed.GetValue(symbols)), parsed.GetValue(timeframe)!);
            var (session, unreachable) = await StartAsync(console, feed, cancellationToken);
            if (unreachable is not null)
            {
                await terminal.Error.WriteLineAsync($"{feed.Provider} cannot be reached: {unreachable} Replaying {Clone.DefaultReplay} instead.");
                session = await ReplayCommand.StartAsync(terminal, console, ReplayCommand.Default(), cancellationToken);
            }
            else
            {
                terminal.Line($"following {string.Join(", ", feed.Symbols)} of {feed.Provider}; watch it at {console.Address}");
            }

            if (parsed.GetValue(once)) return await ReplayCommand.OnceAsync(terminal, console, session!, cancellationToken);

            terminal.Line(session!.SessionId);
            terminal.Result(new { session, unreachable });
            return ExitCode.Ok;
        });
        return command;
    }

    /// <summary>The session once it runs, or why the venue cannot be reached.</summary>
    private static async Task<(SessionStatus? Session, string? Unreachable)> StartAsync(
        ConsoleClient console, StartFeed feed, CancellationToken cancellationToken)
    {
        SessionStatus session;
        try
        {
            session = await console.PostAsync<SessionStatus>("/api/v1/feeds", feed, cancellationToken);
        }
        catch (ConsoleProblemException e) when (e.IsPassing && e.Service is null)
        {
            return (null, e.Message); // Not ingestion is away, but the venue behind it.
        }
        catch (ConsoleProblemException e) when (e.Status is HttpStatusCode.BadRequest or HttpStatusCode.NotFound or HttpStatusCode.UnprocessableEntity)
        {
            throw new CommandFailedException(ExitCode.NothingUseful, e.Message);
        }

        var started = Stopwatch.GetTimestamp();
        while (session.State == "starting")
        {
            if (Stopwatch.GetElapsedTime(started) > LongestStart) return (null, $"No answer within {LongestStart.TotalSeconds:0} s.");

            await Task.Delay(Interval, cancellationToken);
            session = await console.GetAsync<SessionStatus>($"/api/v1/sessions/{Uri.EscapeDataString(session.SessionId)}", cancellationToken);
        }

        return session.State == "failed" ? (null, session.Error ?? "The feed failed.") : (session, null);
    }

    private static string[] Symbols(string? list) =>
        list?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];
}
