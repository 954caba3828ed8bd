using System.Globalization;
using System.IO.Compression;
using System.Text;
using AlgoStack.Indicators;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Cli.Tests.Commands;

public sealed class IndicatorsCommandTests : IDisposable
{
    private const string Daily = """
        date,open,high,low,close,volume
        2024-01-02,10,12,9,11,100
        2024-01-03,11,13,10,12,200
        2024-01-04,12,14,11,13,300
        2024-01-05,13,15,12,17,400

        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("algo-indicators-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Each_row_of_the_file_is_a_row_with_a_column_an_output()
    {
        var algo = await RunAsync("sma", "--param", "length=3", Write("bars.csv", Daily));

        algo.ExitCode.Should().Be(0);
        algo.Lines.Should().Equal("close_time,sma", "2024-01-02T21:00:00Z,", "2024-01-03T21:00:00Z,", "2024-01-04T21:00:00Z,12", "2024-01-05T21:00:00Z,14");
        algo.Error.Should().BeEmpty();
    }

    [Fact]
    public async Task A_gzip_is_read_as_well_and_columns_may_be_anywhere()
    {
        const string Text = "Close;Symbol;Low;High;Date;Time\n11;A;9;12;2024.01.02;09:30\n12;A;10;13;2024.01.02;09:31\n13;A;11;14;2024.01.02;09:32\n";
        var path = Path.Combine(_folder.FullName, "bars.csv.gz");
        await using (var gzip = new GZipStream(File.Create(path), CompressionMode.Compress)) await gzip.WriteAsync(Encoding.UTF8.GetBytes(Text));

        var algo = await RunAsync("donchian", "--param", "length=2", path);

        algo.Lines.Should().Equal(
            "close_time,upper,lower,center", "2024-01-02T09:31:00Z,,,", "2024-01-02T09:32:00Z,,,", "2024-01-02T09:33:00Z,13,9,11");
    }

    [Fact]
    public async Task Numbers_have_all_their_digits()
    {
        var algo = await RunAsync("sma", "--param", "length=3", Write("bars.csv", "date,close\n2024-01-02,0.1\n2024-01-03,0.1\n2024-01-04,0.2\n"));

        double.Parse(algo.Lines[^1].Split(',')[1], CultureInfo.InvariantCulture).Should().Be(0.4 / 3);
    }

    [Fact]
    public async Task With_json_there_is_one_object_with_null_where_there_is_no_value()
    {
        var algo = await RunAsync("sma", "--param", "length=4", Write("bars.csv", Daily), "--json");

        algo.Json.GetProperty("warmUp").GetInt32().Should().Be(4);
        algo.Json.GetProperty("rows").EnumerateArray().Select(row => row.GetRawText()).Should().HaveCount(4)
            .And.StartWith("""{"closeTime":"2024-01-02T21:00:00Z","values":[null]}""").And.EndWith("""{"closeTime":"2024-01-05T21:00:00Z","values":[13.25]}""");
    }

    [Fact]
    public async Task What_is_no_number_is_passed_over()
    {
        var algo = await RunAsync("obv", Write("bars.csv", "date,close,volume\n2024-01-02,10,5\n2024-01-03,,7\n2024-01-04,NaN,7\n2024-01-05,11,9\n"));

        algo.Lines.Should().Equal(
            "close_time,obv", "2024-01-02T21:00:00Z,0", "2024-01-03T21:00:00Z,0", "2024-01-04T21:00:00Z,0", "2024-01-05T21:00:00Z,9");
    }

    [Fact]
    public async Task Of_several_symbols_one_is_to_be_chosen()
    {
        var file = Write("bars.csv", "timestamp,symbol,close\n2024-01-02T10:00:00Z,A,1\n2024-01-02T10:00:00Z,B,5\n2024-01-02T10:01:00Z,B,7\n");

        var undecided = await RunAsync("ema", "--param", "length=1", file);
        var decided = await RunAsync("ema", "--param", "length=1", "--symbol", "B", file);

        undecided.ExitCode.Should().Be(ExitCode.NothingUseful);
        undecided.Error.Should().Contain("has bars of A.SIM and of B.SIM; choose one with --symbol.");
        decided.Lines.Should().Equal("close_time,ema", "2024-01-02T10:01:00Z,5", "2024-01-02T10:02:00Z,7");
    }

    [Fact]
    public async Task Two_series_are_compared_where_both_have_a_bar()
    {
        var one = Write("one.csv", "date,close\n2024-01-02,1\n2024-01-03,2\n2024-01-04,9\n2024-01-05,3\n");
        var other = Write("other.csv", "date,close\n2024-01-02,-1\n2024-01-03,-2\n2024-01-05,-3\n");

        var algo = await RunAsync("correlation", "--param", "length=3", "--against", other, one);

        algo.Lines.Should().Equal("close_time,correlation", "2024-01-02T21:00:00Z,", "2024-01-03T21:00:00Z,", "2024-01-05T21:00:00Z,-1");
    }

    [Fact]
    public async Task Sessions_begin_at_midnight_of_bars_that_say_when_they_start()
    {
        var file = Write("bars.csv", """
            timestamp,open,high,low,close,volume
            2024-01-02T22:00:00Z,1,1,1,1,1
            2024-01-02T23:00:00Z,3,3,3,3,1
            2024-01-03T00:00:00Z,9,9,9,9,1

            """);

        var algo = await RunAsync("vwap-session", file);

        algo.Lines.Should().Equal("close_time,vwap", "2024-01-02T23:00:00Z,1", "2024-01-03T00:00:00Z,2", "2024-01-03T01:00:00Z,9");
    }

    [Theory]
    [InlineData("Indicator: expected one of sma, ema,", "smaa", "bars.csv")]
    [InlineData("Parameter length: expected a whole number from 1 to 10000, found 0.", "sma", "--param", "length=0", "bars.csv")]
    [InlineData("sma: expected a parameter among length, found period.", "sma", "--param", "period=3", "bars.csv")]
    [InlineData("--param: expected a name and a number, as in length=20, found 'length'.", "sma", "--param", "length", "bars.csv")]
    [InlineData("--param: length is given twice.", "sma", "--param", "length=3", "--param", "length=4", "bars.csv")]
    [InlineData("correlation compares two series: expected --against.", "correlation", "bars.csv")]
    [InlineData("sma is of one series: expected no --against.", "sma", "bars.csv", "--against", "bars.csv")]
    public async Task What_cannot_be_asked_is_a_wrong_command_line(string message, params string[] args)
    {
        Write("bars.csv", Daily);

        var algo = await RunAsync([.. args.Select(arg => arg == "bars.csv" ? Path.Combine(_folder.FullName, arg) : arg)]);

        algo.ExitCode.Should().Be(ExitCode.Usage);
        algo.Error.Should().Contain(message);
        algo.Output.Should().BeEmpty();
    }

    [Theory]
    [InlineData("", "the file is empty.")]
    [InlineData("date,price\n2024-01-02,5\n", "line 1: expected a header with timestamp or date and close; missing close; found 'date,price'.")]
    [InlineData("date,close\n", "holds no bars, its header alone.")]
    [InlineData("date,close\n2024-01-02,5\nsoon,6\n", "line 3: expected a time, found 'soon'.")]
    [InlineData("date,close\n2024-01-03,5\n2024-01-02,6\n", "line 3: a later bar of this instrument came before it")]
    public async Task A_file_that_is_of_no_use_is_named_with_what_was_expected(string text, string message)
    {
        var path = Write("bars.csv", text);

        var algo = await RunAsync("sma", path);

        algo.ExitCode.Should().Be(ExitCode.NothingUseful);
        algo.Error.Should().Contain($"{path}: ").And.Contain(message);
        algo.Output.Should().BeEmpty();
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_named()
    {
        var algo = await RunAsync("sma", "/nowhere/bars.csv");

        algo.ExitCode.Should().Be(ExitCode.NothingUseful);
        algo.Error.Should().Contain("/nowhere/bars.csv");
    }

    [Fact]
    public async Task Without_a_name_all_are_listed_with_their_parameters()
    {
        var algo = await RunAsync();

        foreach (var entry in IndicatorCatalog.All) algo.Lines.Should().ContainSingle(line => line.StartsWith(entry.Name + " ", StringComparison.Ordinal));
        algo.Lines.Should().ContainSingle(line => line.StartsWith("macd ", StringComparison.Ordinal) && line.Contains("fast=12 slow=26 signal=9", StringComparison.Ordinal));
        (await RunAsync("--json")).Json.GetProperty("indicators").GetArrayLength().Should().Be(IndicatorCatalog.All.Count);
    }

    [Fact]
    public async Task Without_a_file_an_indicator_is_described()
    {
        var algo = await RunAsync("keltner");

        algo.ExitCode.Should().Be(0);
        algo.Lines.Should().Contain("reads    high, low, close").And.Contain("columns  middle, upper, lower")
            .And.Contain("--param  width=2            0.01 to 100: of a band, in average true ranges");
    }

    private static Task<Algo> RunAsync(params string[] args) => Algo.RunAsync(["indicators", .. args], CancellationToken.None);

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }
}
