using AlgoStack.BarFiles;
using AlgoStack.Testing;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Cli.Tests.Commands;

public sealed class BarsCommandTests : IDisposable
{
    private readonly Csv _csv = new();

    [Fact]
    public async Task Files_become_one_file_of_columns_that_is_read_the_same()
    {
        var one = _csv.Write("one.csv", [Csv.Header, .. Csv.Minutes("ABC", 0, 1_200)]);
        var two = _csv.WriteBytes("two.csv.gz", Csv.Gzip([Csv.Header, .. Csv.Minutes("XYZ", 0, 1_200)]));
        var output = _csv.PathOf("both.bars");

        var algo = await RunAsync(one, two, "--out", output);

        algo.ExitCode.Should().Be(0, algo.Error);
        algo.Lines[0].Should().StartWith($"{output}: 2,400 bars of 1m of ABC.SIM, XYZ.SIM, closes 2024-01-02T14:31:00Z to 2024-01-03T10:30:00Z, 0.1 MB");
        algo.Lines[1].Should().MatchRegex("^sha256 [0-9a-f]{64}$");
        BarFile.Read(output).Should().BeEquivalentTo(BarFile.Read([one, two]), o => o.WithStrictOrdering());
    }

    [Fact]
    public async Task With_json_there_is_one_object()
    {
        var file = _csv.Write("abc.csv", [Csv.Header, .. Csv.Minutes("ABC", 0, 3), .. Csv.Minutes("XYZ", 0, 3)]);

        var algo = await RunAsync(file, "--symbol", "XYZ", "--venue", "NYSE", "--timeframe", "5m", "--out", _csv.PathOf("abc.bars"), "--json");

        algo.Json.GetProperty("bars").GetInt32().Should().Be(3);
        algo.Json.GetProperty("timeframe").GetString().Should().Be("5m");
        algo.Json.GetProperty("instruments").EnumerateArray().Select(i => i.GetString()).Should().Equal("XYZ.NYSE");
        algo.Json.GetProperty("from").GetDateTimeOffset().Should().Be(new DateTimeOffset(2024, 1, 2, 14, 35, 0, TimeSpan.Zero));
    }

    [Fact]
    public async Task A_row_that_is_no_bar_is_named_and_nothing_is_written()
    {
        var file = _csv.Write("abc.csv", [Csv.Header, .. Csv.Minutes("ABC", 0, 3), "2024-01-02T14:33:00Z,ABC,1,0.5,2,1,1"]);

        var algo = await RunAsync(file, "--out", _csv.PathOf("abc.bars"));

        algo.ExitCode.Should().Be(ExitCode.NothingUseful);
        algo.Error.Should().Contain($"{file}: line 5: expected low <= open, close <= high, found");
        File.Exists(_csv.PathOf("abc.bars")).Should().BeFalse();
    }

    [Theory]
    [InlineData("Option '--out' is required", "FILE")]
    [InlineData("--timeframe: expected a count and s, m, h, d or w, as in 5m, found 'soon'.", "FILE", "--out", "OUT", "--timeframe", "soon")]
    public async Task What_cannot_be_asked_is_a_wrong_command_line(string message, params string[] args)
    {
        var file = _csv.Write("abc.csv", [Csv.Header, .. Csv.Minutes("ABC", 0, 3)]);

        var algo = await RunAsync([.. args.Select(arg => arg switch { "FILE" => file, "OUT" => _csv.PathOf("abc.bars"), _ => arg })]);

        algo.ExitCode.Should().Be(ExitCode.Usage);
        algo.Error.Should().Contain(message);
    }

    public void Dispose() => _csv.Dispose();

    private static Task<Algo> RunAsync(params string[] args) => Algo.RunAsync(["bars", .. args], CancellationToken.None);
}
