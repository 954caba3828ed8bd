using AlgoStack.Protocols;
using AlgoStack.Testing;
using FluentAssertions;
using Xunit;

namespace AlgoStack.BrokerRouting.Tests.Brokers;

/// <summary>What <c>tests/protocols</c> runs, over the fixtures of this repository and those beside it.</summary>
public sealed class ProtocolTests : IDisposable
{
    /// <summary>TS28: at least so many cases of execution an adapter.</summary>
    private const int LeastCases = 69;

    private static readonly string Fixtures = Path.Combine(Repository.Root, "tests", "Protocols", "fixtures");

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("algostack-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("alpaca")]
    [InlineData("binance")]
    public async Task Every_case_of_ours_passes_and_they_are_enough(string venue)
    {
        var (results, output) = await RunAsync(Path.Combine(Fixtures, venue));

        output.Should().NotContain("FAILED");
        results.Count(result => result.Outcome == CaseOutcome.Passed).Should().BeGreaterThanOrEqualTo(LeastCases);
        results.Select(result => result.Title).Should().NotContainNulls().And.OnlyHaveUniqueItems();
    }

    [SharedDataTheory]
    [InlineData("alpaca")]
    [InlineData("binance")]
    public async Task Every_case_beside_the_repository_passes(string venue)
    {
        var (results, output) = await RunAsync(SharedData.ProtocolPath(venue));

        output.Should().NotContain("FAILED");
        results.Should().NotBeEmpty();
    }

    [SharedDataFact]
    public async Task A_venue_without_an_adapter_is_named_and_not_counted()
    {
        var (results, output) = await RunAsync(SharedData.ProtocolPath("kraken"));

        results.Should().BeEmpty();
        output.Should().StartWith("skipped: no adapter for kraken");
    }

    [Theory]
    [InlineData("requests", """{"intent":{"side":"Buy","type":"Market","quantity":"1"},"expect":{"method":"POST","path":"/v2/orders","must":{"qty":"2"}}}""", "qty: expected \"2\", found \"1\"")]
    [InlineData("requests", """{"intent":{"side":"Buy","type":"Market","quantity":"1"},"expect":{"method":"POST","path":"/v2/orders","must":{},"must_not":["qty"]}}""", "qty: expected nothing")]
    [InlineData("requests", """{"intent":{"op":"Cancel","venueOrderId":"a"},"expect":{"method":"DELETE","path":"/v2/orders/b","must":{}}}""", "path: expected /v2/orders/b")]
    [InlineData("responses", """{"call":"GetOrder","http":{"status":200,"body":{"id":"a","symbol":"A","status":"new","limit_price":"1.5"}},"expect":{"limitPrice":"1.6"}}""", "limitPrice: expected \"1.6\", found \"1.5\"")]
    [InlineData("responses", """{"call":"GetOrder","http":{"status":200,"body":{"id":"a","symbol":"A","status":"new","limit_price":"1.5"}},"expect":{"limitPrice":null}}""", "limitPrice: expected nothing")]
    [InlineData("responses", """{"call":"PlaceOrder","http":{"status":403,"body":{"code":40310000,"message":"insufficient buying power"}},"expect":{"kind":"order"}}""", "kind: expected \"order\", found \"error\"")]
    [InlineData("rules", """{"instrument":{"class":"us_equity","symbol":"A","status":"active","tradable":true},"checks":[{"price":"1.001","quantity":"1","valid":true}]}""", "expected that it may be sent")]
    [InlineData("rules", """{"instrument":{"class":"us_equity","symbol":"A","status":"active","tradable":true},"checks":[{"price":"1.01","quantity":"1","valid":false}]}""", "expected that it may not be sent")]
    [InlineData("stream", """{"frames":[{"dir":"c>s","frame":{"action":"sing"}}],"expect":[]}""", "action: expected \"sing\"")]
    [InlineData("vectors", """{"credentials":{"key_id":"a","secret":"b"},"expect":{"headers":{"APCA-API-KEY-ID":"c"}}}""", "APCA-API-KEY-ID: expected 'c', found 'a'")]
    public async Task A_case_that_does_not_hold_fails_and_says_why(string kind, string fixture, string why)
    {
        var list = kind == "vectors" ? "vectors" : "cases";
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, $"{kind}.json"), $$"""{"venue":"alpaca","{{list}}":[{{fixture}}]}""");

        var (results, output) = await RunAsync(_folder.FullName);

        results.Should().ContainSingle().Which.Outcome.Should().Be(CaseOutcome.Failed);
        output.Should().Contain(why);
    }

    [Fact]
    public async Task A_table_has_a_line_a_case_and_a_column_a_venue()
    {
        var (results, _) = await RunAsync(Path.Combine(Fixtures, "alpaca"));

        var table = ProtocolRun.Table([.. results, new CaseResult("other", "other/x.json", "1", results[0].Title, CaseOutcome.Failed)]).ToList();

        table[0].Should().MatchRegex("^case +alpaca  other$");
        table[1].Should().MatchRegex("passed  FAILED$");
        table[2].Should().MatchRegex("passed  -$");
        table.Should().HaveCount(results.Count + 1);
    }

    private static async Task<(IReadOnlyList<CaseResult> Results, string Output)> RunAsync(string folder)
    {
        using var output = new StringWriter();
        var results = await new ProtocolRun(output).RunAsync(folder);
        return (results, output.ToString());
    }
}
