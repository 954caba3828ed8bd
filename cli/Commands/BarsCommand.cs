using System.CommandLine;
using System.Globalization;
using AlgoStack.BarFiles;
using AlgoStack.Trading.MarketData;

namespace AlgoStack.Cli.Commands;

/// <summary><c>algo bars</c>: puts files of bars into one file of columns, which opens at once.</summary>
internal static class BarsCommand
{
    private const int MostNamed = 5;

    public static Command Create(SharedOptions shared)
    {
        var files = new Argument<string[]>("FILE")
        {
            Description = "CSV of bars, gzipped or zipped too, Binance's kline archives, files of columns.",
            Arity = ArgumentArity.OneOrMore,
        };
        var output = new Option<string>("--out") { Description = "The file of columns, by custom .bars.", HelpName = "FILE", Required = true };
        var symbol = new Option<string?>("--symbol") { Description = "One symbol's bars. Default: all.", HelpName = "S" };
        var timeframe = new Option<string?>("--timeframe") { Description = "Of the bars, as in 1m, 1h, 1d. Default: the smallest step in a file.", HelpName = "T" };
        var venue = new Option<string?>("--venue") { Description = "Of symbols that name none. Default: SIM.", HelpName = "V" };
        var command = new Command("bars", "Put files of bars into one file of columns, which a backtest opens at once.") { files, output, symbol, timeframe, venue };
        shared.SetAction(command, (parsed, terminal, cancellationToken) =>
        {
            var series = BarFile.Read(
                parsed.GetValue(files)!, parsed.GetValue(symbol), ParseTimeframe(parsed.GetValue(timeframe)), parsed.GetValue(venue), cancellationToken);
            var path = parsed.GetValue(output)!;
            return Task.FromResult(Print(terminal, path, series, BarFile.Write(path, series)));
        });
        return command;
    }

    private static Timeframe? ParseTimeframe(string? text)
    {
        if (text is null) return null;
        return Timeframe.TryParse(text, out var timeframe)
            ? timeframe
            : throw new CommandFailedException(ExitCode.Usage, $"--timeframe: expected a count and s, m, h, d or w, as in 5m, found '{text}'.");
    }

    private static int Print(Terminal terminal, string path, BarSeries series, string sha256)
    {
        var (from, to) = (series[0].CloseTime, series[series.Count - 1].CloseTime);
        var bytes = new FileInfo(path).Length;
        var names = string.Join(", ", series.Instruments.Take(MostNamed).Select(i => i.Id));
        if (series.Instruments.Count > MostNamed) names += string.Create(CultureInfo.InvariantCulture, $" and {series.Instruments.Count - MostNamed} more");
        terminal.Line(string.Create(
            CultureInfo.InvariantCulture,
            $"{path}: {series.Count:N0} bars of {series.Timeframe} of {names}, closes {from:yyyy-MM-dd'T'HH:mm:ss'Z'} to {to:yyyy-MM-dd'T'HH:mm:ss'Z'}, {bytes / 1e6:N1} MB"));
        terminal.Line($"sha256 {sha256}");
        terminal.Result(new
        {
            file = path,
            bars = series.Count,
            timeframe = series.Timeframe.ToString(),
            instruments = series.Instruments.Select(i => i.Id.Value),
            from,
            to,
            bytes,
            sha256,
        });
        return ExitCode.Ok;
    }
}
