using AlgoStack.Testing;
using AlgoStack.Trading.MarketData;
using FluentAssertions;
using Xunit;

namespace AlgoStack.BarFiles.Tests;

public sealed class TickFileTests : IDisposable
{
    private const string Trades = "timestamp,symbol,price,size";
    private const string Quotes = "timestamp,symbol,bid,bid_size,ask,ask_size";

    // 2024-01-02T14:30:00Z
    private const long Us = 1_704_205_800_000_000;

    private readonly Csv _csv = new();

    public static TheoryData<string, string, string> Damaged { get; } = new()
    {
        { Trades, "2024-01-02T14:30:01Z,X,0,1", "line 3: expected a price from 1e-9 to 1e15, found 0." },
        { Trades, "2024-01-02T14:30:01Z,X,NaN,1", "line 3: expected a price from 1e-9 to 1e15, found NaN." },
        { Trades, "2024-01-02T14:30:01Z,X,1,-1", "line 3: expected a size from 0 to 1e18, found -1." },
        { Trades, "2024-01-02T14:30:01Z,X,one,1", "line 3: expected a number, found 'one'." },
        { Trades, "2024-01-02T14:30:01Z,X,,1", "line 3: expected a number, found ''." },
        { Trades, "2024-01-02T14:30:01Z,X,1", "line 3: expected at least 4 fields, found 3." },
        { Trades, "soon,X,1,1", "line 3: expected a time, found 'soon'." },
        { Trades, "2024-01-02,X,1,1", "line 3: expected a date and time as in the rows before, found '2024-01-02'." },
        { Trades, "2024-01-02T14:29:59.999999Z,X,1,1", "line 3: expected a time of 2024-01-02T14:30:00.000000Z or later as in the rows before, found 2024-01-02T14:29:59.999999Z." },
        { Trades, "2024-01-02T14:30:01Z,X Y,1,1", "line 3: Instrument: expected letters" },
        { Quotes, "2024-01-02T14:30:01Z,X,11,1,10,1", "line 3: expected a bid of at most the ask, found 11 and 10." },
        { Quotes, "2024-01-02T14:30:01Z,X,-1,1,10,1", "line 3: expected a bid of 0, or from 1e-9 to 1e15 for 0 to 1e18, found -1 for 1." },
        { Quotes, "2024-01-02T14:30:01Z,X,1,1,10,-1", "line 3: expected an ask of 0, or from 1e-9 to 1e15 for 0 to 1e18, found 10 for -1." },
    };

    public void Dispose() => _csv.Dispose();

    [Theory]
    [InlineData("timestamp,symbol,price,size,exchange,condition,suspicious", "2024-01-02T14:30:00.000125Z,X,10.5,3,P,2000,0")]
    [InlineData("timestamp,symbol,price,size,side,trade_id,local_ns", "2024-01-02T14:30:00.000125Z,X,10.5,3,buy,7,1723161255088176367")]
    [InlineData("Qty;Price;Ticker;Trade Time", "3;10.5;X;1704205800000125")]
    public void Trades_are_read_as_people_have_them(string header, string line)
    {
        var ticks = Read(header, line);

        ticks.Instruments.Should().ContainSingle().Which.Id.Value.Should().Be("X.SIM");
        All(ticks).Should().Equal(Tick.Trade(Us + 125, 10.5, 3));
    }

    [Theory]
    [InlineData("timestamp,symbol,bid,bid_size,ask,ask_size,update_id,local_ns", "2024-01-02T14:30:00.000125Z,X,10,3,11,4,9,1", 10, 3, 11, 4)]
    [InlineData("timestamp,symbol,bid,bid_size,ask,ask_size,exchange,condition,suspicious", "2024-01-02T14:30:00.000125Z,X,0,0,11,4,Q,1,0", 0, 0, 11, 4)]
    [InlineData("timestamp,symbol,bid,bid_size,ask,ask_size", "2024-01-02T14:30:00.000125Z,X,10,3,,", 10, 3, double.NaN, double.NaN)]
    [InlineData("time,bid_price,ask_price,instrument", "2024-01-02T14:30:00.000125Z,10,11,X", 10, double.NaN, 11, double.NaN)]
    public void Quotes_are_read_as_people_have_them(string header, string line, double bid, double bidSize, double ask, double askSize) =>
        All(Read(header, line)).Should().Equal(Tick.Quote(Us + 125, bid, bidSize, ask, askSize));

    [Theory]
    [MemberData(nameof(Damaged))]
    public void A_row_that_is_no_tick_fails_the_file_with_its_line(string header, string line, string why)
    {
        var good = header == Trades ? "2024-01-02T14:30:00Z,X,1,1" : "2024-01-02T14:30:00Z,X,1,1,2,1";
        var path = _csv.Write("ticks.csv", header, good, line);
        var read = () => TickFile.Read([path]);

        read.Should().Throw<BarFileException>().WithMessage($"{path}: {why}*").Which.Code.Should().Be(BarFileException.BadRow);
    }

    [Fact]
    public void Dates_alone_are_no_times_of_ticks()
    {
        var read = () => Read(Trades, "2024-01-02,X,1,1");

        read.Should().Throw<BarFileException>().WithMessage("*line 2: expected a date and time, found '2024-01-02'.");
    }

    [Fact]
    public void What_the_source_marks_as_suspicious_is_left_out()
    {
        var ticks = Read(
            "timestamp,symbol,price,size,suspicious",
            "2024-01-02T14:30:00Z,X,1,1,0",
            "2024-01-02T14:30:01Z,X,9999,1,1",
            "2024-01-02T14:30:02Z,X,2,1,");

        ticks.Price.Should().Equal(1, 2);
    }

    [Fact]
    public void Ticks_of_several_files_are_in_the_order_of_time_and_then_of_files_and_rows()
    {
        var trades = _csv.Write("trades.csv", Trades, "2024-01-02T14:30:00Z,X,1,1", "2024-01-02T14:30:00Z,X,2,1", "2024-01-02T14:30:02Z,X,3,1", "2024-01-02T14:30:00Z,A,4,1");
        var quotes = _csv.WriteBytes(
            "quotes.csv.gz", Csv.Gzip(Quotes, "2024-01-02T14:29:59Z,X,5,1,6,1", "2024-01-02T14:30:00Z,SIM:X,6,1,7,1", "2024-01-02T14:30:01Z,X,7,1,8,1"));

        var ticks = TickFile.Read([trades, quotes]);

        ticks.Instruments.Select(i => i.Id.Value).Should().Equal("A.SIM", "X.SIM");
        ticks.Price.Should().Equal(5, 1, 2, 4, 6, 7, 3);
        ticks.Instrument.Should().Equal(1, 1, 1, 0, 1, 1, 1);
        TickFile.Read([quotes, trades]).Price.Should().Equal(5, 6, 1, 2, 4, 7, 3);
        TickFile.Read([trades, quotes], symbol: "A").Price.Should().Equal(4);
    }

    [Fact]
    public void Two_hundred_thousand_rows_in_no_order_of_time_come_out_stably_sorted()
    {
        // Symbols one after the other, as exporters write them; ten rows a second of each, counted in the size.
        string[] lines = [.. Enumerable.Range(0, 200_000).Select(i => $"{1_704_205_800 + (i % 100_000 / 10)},{(i < 100_000 ? "B" : "A")},1,{i}")];

        var ticks = Read([Trades, .. lines]);

        ticks.Count.Should().Be(200_000);
        ticks.Size.Should().Equal(Enumerable.Range(0, 200_000).OrderBy(i => i % 100_000 / 10).Select(i => (double)i));
    }

    [Theory]
    [InlineData(Trades, true)]
    [InlineData(Quotes, true)]
    [InlineData("time,price,volume", true)]
    [InlineData("timestamp,symbol,open,high,low,close,volume", false)]
    [InlineData("timestamp,open,high,low,close,volume,price,size,bid,ask", false)]
    [InlineData("symbol,price,size", false)]
    [InlineData("1735689600000,4.15,4.16,4.15,4.15,539.2,1735693199999,2240.3,13,401.8,1669.9,0", false)]
    public void A_file_of_ticks_is_known_by_its_header(string header, bool isOne) => TickFile.IsOne(_csv.Write("file.csv", header)).Should().Be(isOne);

    [Fact]
    public void A_file_of_something_else_and_one_without_rows_are_named()
    {
        var bars = _csv.Write("bars.csv", "timestamp,open,high,low,close", "2024-01-02T14:30:00Z,1,1,1,1");
        var empty = _csv.Write("empty.csv", Trades);
        var something = () => TickFile.Read([bars]);
        var none = () => TickFile.Read([empty]);

        something.Should().Throw<BarFileException>().WithMessage($"{bars}: line 1: expected a header with timestamp or date, price and size; missing price, size; found *");
        none.Should().Throw<BarFileException>().WithMessage($"{empty}: no ticks.").Which.Code.Should().Be(BarFileException.NoRows);
    }

    private TickSeries Read(params string[] lines) => TickFile.Read([_csv.Write("ticks.csv", lines)]);

    private static IEnumerable<Tick> All(TickSeries ticks) => Enumerable.Range(0, ticks.Count).Select(row => ticks[row]);
}
