using System.CommandLine;
using System.Globalization;
using AlgoStack.Cli.Reaching;
using AlgoStack.Contracts.MarketData;

namespace AlgoStack.Cli.Commands;

/// <summary><c>algo gaps</c>: where an instrument lacks bars on the tape.</summary>
internal static class GapsCommand
{
    /// <summary>Lines printed; <c>--json</c> has them all.</summary>
    private const int MostLines = 50;

    public static Command Create(SharedOptions shared)
    {
        var instrument = new Argument<string>("INSTRUMENT") { Description = "As in AAPL.SIM." };
        var timeframe = new Option<string>("--timeframe") { Description = "As in 1m, 1h, 1d.", HelpName = "T", DefaultValueFactory = _ => "1m" };
        var calendar = new Option<string>("--calendar")
        {
            Description = "venue: when other instruments of its venue have bars; always: around the clock.",
            HelpName = "C",
            DefaultValueFactory = _ => "venue",
        };
        var from = new Option<DateTimeOffset?>("--from") { Description = "Default: its first bar.", HelpName = "TIME" };
        var to = new Option<DateTimeOffset?>("--to") { Description = "Default: its last bar.", HelpName = "TIME" };
        var command = new Command("gaps", "Show where an instrument lacks bars.") { instrument, timeframe, calendar, from, to };
        shared.SetAction(command, async (parsed, terminal, console, cancellationToken) =>
        {
            var path = $"/api/v1/gaps?instrument={Uri.EscapeDataString(parsed.GetValue(instrument)!)}"
                + $"&timeframe={Uri.EscapeDataString(parsed.GetValue(timeframe)!)}&calendar={Uri.EscapeDataString(parsed.GetValue(calendar)!)}"
                + Time("from", parsed.GetValue(from)) + Time("to", parsed.GetValue(to));
            try
            {
                return Print(terminal, await console.GetAsync<BarGaps>(path, cancellationToken));
            }
            catch (ConsoleProblemException e) when ((int)e.Status is >= 400 and < 500)
            {
                throw new CommandFailedException(ExitCode.NothingUseful, e.Message);
            }
        });
        return command;
    }

    private static int Print(Terminal terminal, BarGaps gaps)
    {
        foreach (var gap in gaps.Gaps.Take(MostLines))
        {
            terminal.Line(string.Create(
                CultureInfo.InvariantCulture, $"{gap.First.UtcDateTime:yyyy-MM-dd HH:mm:ss'Z'}  {gap.Last.UtcDateTime:yyyy-MM-dd HH:mm:ss'Z'}  {gap.Missing,8:N0} missing"));
        }

        if (gaps.Gaps.Count > MostLines) terminal.Line(string.Create(CultureInfo.InvariantCulture, $"and {gaps.Gaps.Count - MostLines:N0} more"));
        terminal.Line(gaps is { Calendar: "venue", Observers: 0 }
            ? $"{gaps.Instrument}: no other instrument of its venue says when bars were to be expected; --calendar always takes every {gaps.Timeframe}."
            : string.Create(CultureInfo.InvariantCulture, $"{gaps.Instrument}: {gaps.Missing:N0} of {gaps.Expected:N0} expected {gaps.Timeframe} bars missing"));
        terminal.Result(gaps);
        return ExitCode.Ok;
    }

    private static string Time(string name, DateTimeOffset? at) =>
        at is { } time ? $"&{name}={Uri.EscapeDataString(time.ToString("O", CultureInfo.InvariantCulture))}" : "";
}
