using AlgoStack.Testing;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.MarketData;
using FluentAssertions;
using Xunit;

namespace AlgoStack.BarFiles.Tests;

public sealed class ActionFileTests : IDisposable
{
    private static readonly InstrumentId Apple = new("AAPL.SIM");

    private readonly Csv _csv = new();
    private readonly BarSeries _bars;

    public ActionFileTests() =>
        _bars = BarFile.Read(_csv.Write("bars.csv", "date,symbol,open,high,low,close,volume", "2014-06-06,AAPL,1,1,1,1,1", "2014-06-09,BTCUSD,1,1,1,1,1"));

    public void Dispose() => _csv.Dispose();

    [Fact]
    public void A_row_an_action_in_any_order_and_the_dividend_of_a_day_before_its_split() =>
        Read("date,symbol,type,value", "2014-06-09,AAPL,split,7", "2014-06-09,SIM:AAPL,dividend,0.47", "2014-06-08,BTCUSD,Split,3:2").Should().Equal(
            new Split(new InstrumentId("BTCUSD.SIM"), At("2014-06-08T00:00Z"), 3, 2),
            new CashDividend(Apple, At("2014-06-09T04:00Z"), 0.47m),
            new Split(Apple, At("2014-06-09T04:00Z"), 7));

    [Fact]
    public void A_time_is_one() =>
        Read("timestamp,symbol,type,value", "2014-06-09T13:30:00Z,AAPL,split,0.05").Should().Equal(new Split(Apple, At("2014-06-09T13:30Z"), 0.05m));

    // The factors of a price p before a dividend of d are those after it times (p - d) / p.
    [Fact]
    public void What_lies_between_two_rows_of_factors_is_in_force_from_the_day_after_the_first() =>
        Read(
            "date,symbol,price_factor,split_factor,reference_price",
            "2012-08-08,AAPL,0.9957,0.0714286,500",
            "2014-06-06,AAPL,1,0.0714286,645.57",
            "2015-01-02,AAPL,1,0.5,100",
            "2050-12-31,AAPL,1,1,0",
            "2014-06-06,IBM,0.5,0.5,100",
            "2050-12-31,IBM,1,1,0").Should().Equal(
            new CashDividend(Apple, At("2012-08-09T04:00Z"), 2.15m),
            new Split(Apple, At("2014-06-07T04:00Z"), 7),
            new Split(Apple, At("2015-01-03T05:00Z"), 2));

    [Theory]
    [InlineData("2014-06-09,AAPL,split,0", "line 3: expected a ratio such as 7 or 3:2 above zero, found '0'")]
    [InlineData("2014-06-09,AAPL,split,-7", "line 3: expected a ratio such as 7 or 3:2 above zero, found '-7'")]
    [InlineData("2014-06-09,AAPL,split,7:0", "line 3: expected a ratio such as 7 or 3:2 above zero, found '0'")]
    [InlineData("2014-06-09,AAPL,split,seven", "line 3: expected a ratio such as 7 or 3:2 above zero, found 'seven'")]
    [InlineData("2014-06-09,AAPL,split,7:1:2", "line 3: expected a ratio such as 7 or 3:2, found '7:1:2'")]
    [InlineData("2014-06-09,AAPL,dividend,0", "line 3: expected an amount above zero, found '0'")]
    [InlineData("2014-06-09,AAPL,merger,1", "line 3: expected split or dividend, found 'merger'")]
    [InlineData("2014-06-09,AAPPL,split,7", "line 3: there are no bars of 'AAPPL'")]
    [InlineData("some day,AAPL,split,7", "line 3: expected a time, found 'some day'")]
    [InlineData("2014-06-09,AAPL", "line 3: expected at least 4 fields, found 2")]
    public void A_row_that_is_no_action_of_the_bars_fails_the_file_with_its_line(string row, string message) =>
        FluentActions.Invoking(() => Read("date,symbol,type,value", "2014-06-06,AAPL,dividend,1", row))
            .Should().Throw<BarFileException>().Where(e => e.Message.Contains(message) && e.Code == BarFileException.BadRow);

    [Theory]
    [InlineData("2014-06-06,AAPL,1,0,0", "line 3: expected a factor above zero, found '0'")]
    [InlineData("2014-06-06,AAPL,0.5,1,0", "line 3: expected a price factor of 0.9 or more, found 0.5")]
    [InlineData("2014-06-06,AAPL,1,1,0", "line 3: expected a reference price in the row before above zero, found '0'")]
    [InlineData("2012-06-06,AAPL,1,1,0", "line 3: expected a later date")]
    public void Factors_that_no_action_makes_fail_the_file_with_their_line(string row, string message) =>
        FluentActions.Invoking(() => Read("date,symbol,price_factor,split_factor,reference_price", "2013-06-06,AAPL,0.9,1,0", row))
            .Should().Throw<BarFileException>().Where(e => e.Message.Contains(message));

    [Fact]
    public void Other_columns_and_factors_of_none_of_the_bars_are_refused()
    {
        FluentActions.Invoking(() => Read("date,symbol,type", "2014-06-09,AAPL,split"))
            .Should().Throw<BarFileException>().Where(e => e.Code == BarFileException.Columns);
        FluentActions.Invoking(() => Read("date,symbol,price_factor,split_factor,reference_price", "2014-06-09,IBM,1,1,1"))
            .Should().Throw<BarFileException>().Where(e => e.Code == BarFileException.NoRows);
    }

    [Fact]
    public void Beside_the_symbol_that_was_chosen_other_symbols_are_passed_over() =>
        ActionFile.Read(_csv.Write("actions.csv", "date,symbol,type,value", "2014-06-09,IBM,split,2", "2014-06-09,AAPL,split,7"), _bars, "AAPL")
            .Actions.Should().ContainSingle().Which.Instrument.Should().Be(Apple);

    // Ex-dates, ratios and amounts as Apple has published them (investor.apple.com, dividend history and frequently asked questions).
    [SharedDataFact]
    public void Apples_factors_come_to_the_splits_and_dividends_that_it_published()
    {
        var bars = BarFile.Read(SharedData.Path("bars/daily_us_equity_lean.csv"), "AAPL");

        var actions = ActionFile.Read(SharedData.Path("corporate_actions/factors_us_equity_lean.csv"), bars).Actions;

        actions.OfType<Split>().Select(s => (s.New, s.Old)).Should().Equal((2, 1), (2, 1), (7, 1), (4, 1));
        actions.OfType<Split>().Select(s => s.ExMs).Should().Equal(
            At("2000-06-21T04:00Z"), At("2005-02-26T05:00Z"), At("2014-06-07T04:00Z"), At("2020-08-29T04:00Z"));
        var dividends = actions.OfType<CashDividend>().ToDictionary(d => d.ExMs, d => d.Amount);
        dividends[At("2012-08-09T04:00Z")].Should().BeApproximately(2.65m, 0.0005m);
        dividends[At("2014-05-08T04:00Z")].Should().BeApproximately(3.29m, 0.0005m);
        dividends[At("2014-08-07T04:00Z")].Should().BeApproximately(0.47m, 0.0005m);
        dividends[At("2018-05-11T04:00Z")].Should().BeApproximately(0.73m, 0.0005m);
        dividends[At("2020-08-07T04:00Z")].Should().BeApproximately(0.82m, 0.0005m);
    }

    private IReadOnlyList<CorporateAction> Read(params string[] lines) => ActionFile.Read(_csv.Write("actions.csv", lines), _bars).Actions;

    private static long At(string time) => DateTimeOffset.Parse(time, System.Globalization.CultureInfo.InvariantCulture).ToUnixTimeMilliseconds();
}
