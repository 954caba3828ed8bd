using System.Globalization;
using System.Text;
using AlgoStack.Backtesting;
using AlgoStack.Backtesting.Reports;
using AlgoStack.Trading.MarketData;
using Spectre.Console;

namespace AlgoStack.Cli.Backtests;

/// <summary>A backtest in this process, over bars or ticks in memory.</summary>
internal static class FileBacktest
{
    public static BacktestResult Run(Terminal terminal, BarSeries bars, string name, BacktestPlan plan, CancellationToken cancellationToken) =>
        Watched(terminal, "bars", bars.Count, progress => Backtester.Run(bars, name, plan, progress, cancellationToken));

    /// <summary>Over ticks; with the bars that were made of them.</summary>
    public static (BacktestResult Result, BarSeries Bars) Run(
        Terminal terminal, TickSeries ticks, Timeframe timeframe, string name, BacktestPlan plan, CancellationToken cancellationToken) =>
        Watched(terminal, "ticks", ticks.Count, progress => Backtester.Run(ticks, timeframe, name, plan, progress, cancellationToken));

    public static void Show(Terminal terminal, BacktestResult result)
    {
        if (!terminal.Json)
        {
            Print(terminal, result);
            return;
        }

        using var json = new MemoryStream();
        JsonReport.Write(json, result);
        terminal.Output.WriteLine(Encoding.UTF8.GetString(json.ToArray()));
    }

    private static T Watched<T>(Terminal terminal, string what, int count, Func<IProgress<int>?, T> run)
    {
        if (!terminal.IsWatched) return run(null);

        var result = default(T);
        terminal.Ansi().Progress().AutoClear(enabled: true).Start(drawn => result = run(new Drawn(drawn.AddTask(what, maxValue: count))));
        return result!;
    }

    /// <summary>The result for a person.</summary>
    public static void Print(Terminal terminal, BacktestResult result)
    {
        var data = result.Data;
        var ticks = data.Ticks is { } count ? string.Create(CultureInfo.InvariantCulture, $"{count:N0} ticks, ") : "";
        terminal.Line(string.Create(
            CultureInfo.InvariantCulture,
            $"{data.Name}: {ticks}{data.Bars:N0} bars of {data.Timeframe} of {Named(data.Instruments)}, {Figure.Time(data.FirstMs)} to {Figure.Time(data.LastMs)}"));
        foreach (var strategy in result.Strategies) terminal.Line($"{strategy.Name} {strategy.Parameters}".TrimEnd());
        terminal.Line(string.Create(
            CultureInfo.InvariantCulture, $"{result.Signals:N0} signals, {result.Orders:N0} order intents ({result.Denied:N0} denied), {result.Fills:N0} fills"));
        if (data.Actions > 0) terminal.Line(string.Create(CultureInfo.InvariantCulture, $"{data.Actions:N0} splits and dividends"));
        if (result.MarginCalls > 0) terminal.Line(string.Create(CultureInfo.InvariantCulture, $"{result.MarginCalls:N0} margin calls"));

        var table = new Table { Border = TableBorder.Simple };
        table.AddColumn("statistic");
        foreach (var currency in result.Currencies) table.AddColumn(new TableColumn(Markup.Escape(currency.Currency)).RightAligned());
        foreach (var (statistic, value) in Rows) table.AddRow([statistic, .. result.Currencies.Select(c => Markup.Escape(value(c)))]);
        terminal.Ansi().Write(table);
        foreach (var (model, what) in result.Models) terminal.Line($"{model,-18} {what}");
        terminal.Line($"order-list hash    {result.OrderListHash}");
        terminal.Line($"data hash          {data.Hash}");
    }

    private static readonly (string Name, Func<CurrencyResult, string> Value)[] Rows =
    [
        ("opening equity", c => Figure.Money(c.Statistics.OpeningEquity)),
        ("final equity", c => Figure.Money(c.Statistics.FinalEquity)),
        ("total return", c => Figure.Percent(c.Statistics.TotalReturn)),
        ("annual return", c => Figure.Percent(c.Statistics.AnnualReturn)),
        ("volatility", c => Figure.Percent(c.Statistics.Risk.Volatility)),
        ("Sharpe", c => Figure.Ratio(c.Statistics.Sharpe)),
        ("Sortino", c => Figure.Ratio(c.Statistics.Sortino)),
        ("Calmar", c => Figure.Ratio(c.Statistics.Risk.Calmar)),
        ("maximum drawdown", c => Figure.Percent(c.Statistics.MaxDrawdown)),
        ("its length in days", c => Figure.Ratio(c.Statistics.Risk.MaxDrawdownDays)),
        ("trades", c => Figure.Count(c.Statistics.Trades)),
        ("win rate", c => Figure.Percent(c.Statistics.WinRate)),
        ("profit factor", c => Figure.Ratio(c.Statistics.ProfitFactor)),
        ("expectancy", c => Figure.Money(c.Statistics.Activity.Expectancy)),
        ("average win", c => Figure.Money(c.Statistics.AverageWin)),
        ("average loss", c => Figure.Money(c.Statistics.AverageLoss)),
        ("exposure", c => Figure.Percent(c.Statistics.Activity.Exposure)),
        ("commission", c => Figure.Money(c.Statistics.Commission)),
        ("beta to holding", c => Figure.Ratio(c.Holding?.Beta)),
        ("alpha to holding", c => Figure.Percent(c.Holding?.Alpha)),
    ];

    private static string Named(IReadOnlyList<string> instruments) =>
        instruments.Count <= 3 ? string.Join(", ", instruments) : string.Create(CultureInfo.InvariantCulture, $"{instruments.Count} instruments");

    private sealed class Drawn(ProgressTask task) : IProgress<int>
    {
        public void Report(int value) => task.Value = value;
    }
}
