using System.Text;
using System.Text.Json;
using AlgoStack.Backtesting.Reports;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Backtesting.Tests.Reports;

public sealed class JsonReportTests
{
    [Fact]
    public void A_result_reads_back_to_the_same_numbers()
    {
        var result = Samples.IndexResult;

        var read = JsonReport.Read(new MemoryStream(Bytes(result)));

        read.Data.Should().BeEquivalentTo(result.Data);
        read.Strategies.Should().BeEquivalentTo(result.Strategies);
        read.Models.Should().Equal(result.Models);
        (read.Signals, read.Orders, read.Denied, read.Fills, read.OrderListHash)
            .Should().Be((result.Signals, result.Orders, result.Denied, result.Fills, result.OrderListHash));
        read.Trades.Should().Equal(result.Trades);
        var (one, other) = (read.Currencies.Single(), result.Currencies.Single());
        (one.Currency, one.Statistics, one.Holding).Should().Be((other.Currency, other.Statistics, other.Holding));
        one.Curve.Should().Equal(other.Curve);
        one.Days!.Days.ToArray().Should().Equal(other.Days!.Days.ToArray());
        one.Days.Values.ToArray().Should().Equal(other.Days.Values.ToArray());
    }

    [Fact]
    public void Decimals_keep_their_digits()
    {
        var trade = Samples.Trade("X.SIM", 10.10m, 11.00m) with { ProfitAndLoss = 79_228_162_514_264.33759354395m };
        var json = Parse(Samples.IndexResult with { Trades = [trade] }).GetProperty("trades")[0];

        json.GetProperty("entryPrice").GetRawText().Should().Be("10.10");
        json.GetProperty("profitAndLoss").GetRawText().Should().Be("79228162514264.33759354395");
        json.GetProperty("instrument").GetString().Should().Be("X.SIM");
        json.GetProperty("side").GetString().Should().Be("buy");
    }

    [Fact]
    public void Names_are_stable()
    {
        var json = Parse(Samples.IndexResult);

        Names(json).Should().Equal(
            "data", "strategies", "models", "signals", "orders", "denied", "fills", "orderListHash", "currencies", "trades", "marginCalls");
        Names(json.GetProperty("data")).Should().Equal("name", "instruments", "timeframe", "bars", "firstMs", "lastMs", "hash", "actions");
        Names(json.GetProperty("strategies")[0]).Should().Equal("name", "parameters", "instruments");
        var currency = json.GetProperty("currencies")[0];
        Names(currency).Should().Equal("currency", "statistics", "curve", "days", "holding");
        Names(currency.GetProperty("curve")[0]).Should().Equal("atMs", "equity");
        Names(currency.GetProperty("days")[0]).Should().Equal("day", "value");
        currency.GetProperty("days")[0].GetProperty("day").GetString().Should().Be("2000-01-03");
        Names(json.GetProperty("trades")[0]).Should().Equal(
            "instrument", "side", "quantity", "entryPrice", "exitPrice", "commission", "profitAndLoss", "openedMs", "closedMs", "income");
        json.GetProperty("models").GetProperty("size of an entry").GetString().Should().NotBeEmpty();
    }

    [Fact]
    public void What_cannot_be_known_is_null()
    {
        var statistics = Parse(Samples.Run(Samples.Waves(1, "X.SIM"), "one bar")).GetProperty("currencies")[0].GetProperty("statistics");

        statistics.GetProperty("sharpe").ValueKind.Should().Be(JsonValueKind.Null);
        statistics.GetProperty("activity").GetProperty("kelly").ValueKind.Should().Be(JsonValueKind.Null);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("{")]
    [InlineData("""{"trades":[{"instrument":"no venue"}]}""")]
    [InlineData("""{"currencies":[{"days":[{"day":"2024-01-02","value":0},{"day":"2024-01-01","value":0}]}]}""")]
    public void What_is_no_result_is_refused(string json)
    {
        var read = () => JsonReport.Read(new MemoryStream(Encoding.UTF8.GetBytes(json)));

        read.Should().Throw<JsonException>();
    }

    private static byte[] Bytes(BacktestResult result)
    {
        using var stream = new MemoryStream();
        JsonReport.Write(stream, result);
        return stream.ToArray();
    }

    private static JsonElement Parse(BacktestResult result) => JsonDocument.Parse(Bytes(result)).RootElement;

    private static IEnumerable<string> Names(JsonElement element) => element.EnumerateObject().Select(p => p.Name);
}
