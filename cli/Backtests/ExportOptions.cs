using System.CommandLine;
using AlgoStack.Backtesting;
using AlgoStack.Backtesting.Reports;
using AlgoStack.Trading.MarketData;

namespace AlgoStack.Cli.Backtests;

/// <summary>Where a result is written to beside the terminal.</summary>
internal sealed class ExportOptions
{
    private readonly Option<string?> _report = new("--report")
    {
        Description = "Write the result as one page of HTML.",
        HelpName = "FILE",
    };

    private readonly Option<string?> _csv = new("--csv")
    {
        Description = "Write trades, equity, days and statistics as CSV into this folder.",
        HelpName = "FOLDER",
    };

    public IEnumerable<Option> All => [_report, _csv];

    public bool IsPageWanted(ParseResult parsed) => parsed.GetValue(_report) is not null;

    public bool AreWanted(ParseResult parsed) => parsed.GetValue(_report) is not null || parsed.GetValue(_csv) is not null;

    /// <exception cref="CommandFailedException">A file cannot be written.</exception>
    public void Write(ParseResult parsed, Terminal terminal, BacktestResult result, BarSeries bars, ParameterSurface? surface) =>
        Write(parsed, terminal, result, output => HtmlReport.Write(output, result, bars, surface));

    /// <param name="page">Who writes the page of HTML.</param>
    /// <exception cref="CommandFailedException">A file cannot be written.</exception>
    public void Write(ParseResult parsed, Terminal terminal, BacktestResult result, Action<TextWriter> page)
    {
        try
        {
            if (parsed.GetValue(_report) is { } file)
            {
                using var output = new StreamWriter(file);
                page(output);
                terminal.Note($"wrote {file}");
            }

            if (parsed.GetValue(_csv) is { } folder)
            {
                CsvReport.Write(folder, result);
                terminal.Note($"wrote trades, equity, days and statistics to {folder}");
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailedException(ExitCode.Failed, e.Message);
        }
    }
}
