using System.Globalization;
using AlgoStack.Testing;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Cli.Tests.Commands;

/// <summary>Backtests, sweeps and walk-forwards over files, in this process.</summary>
public sealed class FileBacktestTests : IDisposable
{
    private static readonly string Sp500 = Path.Combine(Repository.Root, "data/sp500-2000/sp500-2000.csv");

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("algo-backtest-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_backtest_prints_what_ran_with_which_models_and_what_it_came_to()
    {
        var algo = await RunAsync("backtest", Sp500, "--strategy", "sma-cross fast=10 slow=30", "--size", "100", "--commission", "0.1%");

        algo.ExitCode.Should().Be(0, algo.Error);
        algo.Lines[0].Should().Be("sp500-2000.csv: 5,105 bars of 1d of SP500-2000.SIM, 2000-01-03T21:00Z to 2020-04-17T20:00Z");
        algo.Lines[1].Should().Be("sma-cross fast=10 slow=30");
        algo.Lines.Should().Contain("commission         0.1 % of what is traded").And.Contain(line => line.StartsWith("order-list hash", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_same_run_has_the_same_orders_as_json_and_another_model_has_other_money()
    {
        var first = await RunAsync("backtest", Sp500, "--json");
        var second = await RunAsync("backtest", Sp500, "--json");
        var dearer = await RunAsync("backtest", Sp500, "--json", "--slippage", "spread=20");

        second.Output.Should().Be(first.Output);
        first.Json.GetProperty("data").GetProperty("bars").GetInt32().Should().Be(5_105);
        Equity(dearer).Should().BeLessThan(Equity(first));

        static decimal Equity(Algo algo) => algo.Json.GetProperty("currencies")[0].GetProperty("statistics").GetProperty("finalEquity").GetDecimal();
    }

    [Fact]
    public async Task Splits_margin_and_borrowing_are_named_and_a_bad_one_is_an_error_with_its_line()
    {
        var actions = Path.Combine(_folder.FullName, "actions.csv");
        await File.WriteAllLinesAsync(actions, ["date,symbol,type,value", "2010-01-04,SP500-2000,split,2"]);
        var bad = Path.Combine(_folder.FullName, "bad.csv");
        await File.WriteAllLinesAsync(bad, ["date,symbol,type,value", "2010-01-04,SP500-2000,split,0"]);

        var algo = await RunAsync("backtest", Sp500, "--actions", actions, "--margin", "50/25", "--borrow", "3%");
        var failed = await RunAsync("backtest", Sp500, "--actions", bad);
        var refused = await RunAsync("backtest", Sp500, "--margin", "25/50");

        algo.ExitCode.Should().Be(0, algo.Error);
        algo.Lines.Should().Contain("1 splits and dividends")
            .And.Contain("margin             50 % to open, 25 % to keep; a call closes all of its currency at the next open")
            .And.Contain("borrowing          3 % a year of what is short, by calendar days of 360 in a year");
        failed.ExitCode.Should().NotBe(0);
        failed.Error.Should().Contain("bad.csv: line 2: expected a ratio");
        refused.ExitCode.Should().Be(2);
        refused.Error.Should().Contain("Margin: expected");
    }

    [Fact]
    public async Task A_report_and_tables_are_written_where_they_are_asked_for()
    {
        var page = Path.Combine(_folder.FullName, "report.html");
        var tables = Path.Combine(_folder.FullName, "tables");

        var algo = await RunAsync("backtest", Sp500, "--report", page, "--csv", tables);

        algo.ExitCode.Should().Be(0, algo.Error);
        (await File.ReadAllTextAsync(page)).Should().Contain("SP500-2000.SIM").And.Contain("</html>");
        Directory.EnumerateFiles(tables).Should().HaveCount(4);
    }

    [Fact]
    public async Task A_sweep_ranks_its_combinations_says_what_the_best_is_worth_and_goes_on_from_its_journal()
    {
        string[] sweep = ["sweep", Sp500, "--strategy", "sma-cross", "--grid", "fast=5,10 slow=10,50,100", "--journal", Path.Combine(_folder.FullName, "sweep.jsonl")];

        var first = await RunAsync(sweep);
        var again = await RunAsync(sweep);
        var json = await RunAsync([.. sweep, "--json", "--threads", "1"]);

        first.ExitCode.Should().Be(0, first.Error);
        first.Lines[0].Should().Be("sp500-2000.csv: 5,105 bars, sma-cross, 5 combinations (1 left out, 0 failed), best by sharpe");
        first.Lines.Should().Contain(line => line.StartsWith("probability of overfitting", StringComparison.Ordinal));
        again.Output.Should().Be(first.Output);
        json.Json.GetProperty("outcomes").GetArrayLength().Should().Be(5);
    }

    [Fact]
    public async Task A_walk_forward_trades_each_window_with_what_was_best_before_it()
    {
        var algo = await RunAsync("walkforward", Sp500, "--strategy", "sma-cross", "--grid", "fast=5,10 slow=50,100", "--in", "2000", "--out", "1500", "--json");

        algo.ExitCode.Should().Be(0, algo.Error);
        var windows = algo.Json.GetProperty("windows");
        windows.GetArrayLength().Should().Be(3);
        windows[0].GetProperty("outOfSample").GetProperty("from").GetInt32().Should().Be(2_000);
        windows[1].GetProperty("inSample").GetProperty("to").GetInt32().Should().Be(3_500);
    }

    [Fact]
    public async Task Two_strategies_are_compared_and_one_with_itself_differs_in_nothing()
    {
        var two = await RunAsync("compare", Sp500, "--a", "sma-cross", "--b", "buy-and-hold", "--size", "100");
        var same = await RunAsync("compare", Sp500, "--a", "sma-cross", "--b", "sma-cross", "--json");

        two.ExitCode.Should().Be(0, two.Error);
        two.Lines.Should().Contain(line => line.StartsWith("Sharpe ratios differ by chance alone", StringComparison.Ordinal));
        same.Json.GetProperty("statisticsOfA").GetRawText().Should().Be(same.Json.GetProperty("statisticsOfB").GetRawText());
        same.Json.GetProperty("returns").GetProperty("pValue").GetDouble().Should().Be(1);
    }

    [Theory]
    [InlineData("backtest", "--strategy", "nope", "Strategy: expected one of")]
    [InlineData("backtest", "--strategy", "sma-cross fast=30 slow=10", "fast 30 does not go with the other parameters")]
    [InlineData("backtest", "--strategy", "sma-cross fast=0", "expected a whole number from 1")]
    [InlineData("backtest", "--strategy", "pairs", "expected two instruments, found none")]
    [InlineData("backtest", "--commission", "much", "Commission: expected none, 0.1%")]
    [InlineData("backtest", "--slippage", "spread=-1", "Slippage: expected none")]
    [InlineData("backtest", "--size", "0", "Size: expected")]
    [InlineData("backtest", "--participation", "101", "Participation: expected above 0 to 100")]
    [InlineData("backtest", "--latency", "-1", "Latency: expected")]
    public async Task What_cannot_be_run_is_refused_by_name(string command, string option, string value, string why)
    {
        var algo = await RunAsync(command, Sp500, option, value);

        algo.ExitCode.Should().Be(2);
        algo.Error.Should().Contain(why);
        algo.Output.Should().BeEmpty();
    }

    [Fact]
    public async Task A_billion_combinations_are_refused_with_their_number()
    {
        var algo = await RunAsync("sweep", Sp500, "--strategy", "ema-cross", "--grid", "fast=2..1000 slow=3..5000 stop=1..100:0.5");

        algo.ExitCode.Should().Be(2);
        algo.Error.Should().Contain("expected at most 1,000,000 combinations").And.Contain((999L * 4_998 * 199).ToString("N0", CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task Files_of_quotes_and_trades_are_replayed_and_the_result_says_so()
    {
        var trades = await WriteAsync("trades.csv", "timestamp,symbol,price,size", i => $"{Stamp(i)},X,{100 + (i % 7)},5");
        var quotes = await WriteAsync("quotes.csv", "timestamp,symbol,bid,bid_size,ask,ask_size", i => $"{Stamp(i)},X,{99 + (i % 7)},5,{101 + (i % 7)},5");

        var algo = await RunAsync("backtest", trades, quotes, "--bars", "1m", "--strategy", "buy-and-hold", "--latency", "250");
        var json = await RunAsync("backtest", trades, quotes, "--bars", "1m", "--strategy", "buy-and-hold", "--latency", "250", "--json");

        // A tick every 20 s in each file from 00:00:00 on, the last of which closes the last bar.
        algo.ExitCode.Should().Be(0, algo.Error);
        algo.Lines[0].Should().Be("trades.csv, quotes.csv: 602 ticks, 100 bars of 1m of X.SIM, 2024-01-02T00:01Z to 2024-01-02T01:40Z");
        algo.Lines.Should().Contain(line => line.StartsWith("fills              quotes and trades: ", StringComparison.Ordinal));
        json.Json.GetProperty("data").GetProperty("ticks").GetInt32().Should().Be(602);
        json.Json.GetProperty("fills").GetInt32().Should().Be(1);
        algo.Lines.Should().Contain($"order-list hash    {json.Json.GetProperty("orderListHash").GetString()}");

        static string Stamp(int i) => DateTime.UnixEpoch.AddDays(19_724).AddSeconds(20 * i).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

        async Task<string> WriteAsync(string name, string header, Func<int, string> line)
        {
            var path = Path.Combine(_folder.FullName, name);
            await File.WriteAllLinesAsync(path, [header, .. Enumerable.Range(0, 301).Select(line)]);
            return path;
        }
    }

    [Theory]
    [InlineData("", "--bars: expected which bars to make of the ticks, such as 1m, found nothing.")]
    [InlineData("1d", "ticks.csv: expected ticks that close a bar of 1d, found 2 that close none.")]
    public async Task Ticks_of_which_no_bars_can_be_made_are_refused(string bars, string why)
    {
        var path = Path.Combine(_folder.FullName, "ticks.csv");
        await File.WriteAllLinesAsync(path, ["timestamp,symbol,price,size", "2024-01-02T00:00:00Z,X,1,1", "2024-01-02T00:02:00Z,X,1,1"]);

        var algo = await RunAsync(["backtest", path, .. bars.Length > 0 ? ["--bars", bars] : Array.Empty<string>()]);

        algo.ExitCode.Should().Be(2);
        algo.Error.Should().Contain(why);
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_named() =>
        (await RunAsync("backtest", Path.Combine(_folder.FullName, "none.csv"))).Should().Match<Algo>(a => a.ExitCode == 5 && a.Error.Contains("none.csv"));

    [Fact]
    public async Task The_strategies_are_listed_with_what_they_take()
    {
        (await RunAsync("strategies")).Lines.Should().Contain(line => line.StartsWith("sma-cross ", StringComparison.Ordinal));
        (await RunAsync("strategies", "sma-cross")).Output.Should().Contain("fast=10").And.Contain("1 to 1000");
        (await RunAsync("strategies", "nope")).ExitCode.Should().Be(2);
    }

    private static Task<Algo> RunAsync(params string[] args) => Algo.RunAsync(args, CancellationToken.None);
}
