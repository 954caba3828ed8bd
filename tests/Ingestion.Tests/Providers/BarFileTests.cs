using System.Text;
using AlgoStack.Contracts.MarketData;
using AlgoStack.Ingestion.Providers.Replay;
using AlgoStack.Ingestion.Quality;
using AlgoStack.Ingestion.Tests.Running;
using AlgoStack.Testing;
using AlgoStack.Trading.MarketData;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Ingestion.Tests.Providers;

public sealed class BarFileTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 0, 0, 0, TimeSpan.Zero);

    private readonly Csv _csv = new();

    [Theory]
    [InlineData("timestamp,symbol,open,high,low,close,volume", "2024-01-02T14:30:00Z,X,1,4,0.5,2,9")]
    [InlineData("Volume;Close;LOW;High;Open;Ticker;Open Time", "9;2;0.5;4;1;X;1704205800000")]
    [InlineData("unix,instrument,o,h,l,c,vol,extra", "1704205800,X,1,4,0.5,2,9,whatever")]
    [InlineData("date,time,symbol,open,high,low,close,v", "2024.01.02,14:30,X,1,4,0.5,2,9")]
    [InlineData("datetime\tsymbol\topen\thigh\tlow\tclose\tadj close\tvolume", "2024-01-02 14:30:00\tX\t1\t4\t0.5\t2\t77\t9")]
    [InlineData("\"Date\",\"Symbol\",\"Open\",\"High\",\"Low\",\"Close\",\"Volume\"", "\"2024-01-02T16:30:00+02:00\",\"X\",\"1\",\"4\",\"0.5\",\"2\",\"9\"")]
    [InlineData("\uFEFFtimestamp,symbol,open,high,low,close,volume\r", "20240102 143000, X , 1.0 ,4e0,.5,+2,9\r")]
    public void Headers_are_read_as_people_have_them(string header, string line)
    {
        using var file = BarFile.Open(_csv.Write("bars.csv", header, line));

        file.Next().Should().BeTrue();

        file.Problem.Should().BeNull(file.Detail);
        file.Symbols[file.Symbol].Should().Be("X");
        file.Bar.Should().Be(new Bar(1_704_205_800_000, 1, 4, 0.5, 2, 9));
        file.Next().Should().BeFalse();
    }

    [Theory]
    [InlineData("0.1")]
    [InlineData("2855.219971")]
    [InlineData("123456789012345678901234567890")]
    [InlineData("0.000000000000000000012345")]
    [InlineData("1.7976931348623157e308")]
    [InlineData("931800000")]
    public void Numbers_are_those_of_the_platform(string text)
    {
        BarFileNumbers.TryNumber(Encoding.ASCII.GetBytes(text), out var value).Should().BeTrue();

        value.Should().Be(double.Parse(text, System.Globalization.CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("1.2.3")]
    [InlineData("12a")]
    [InlineData("1,5")]
    public void What_is_no_number_is_refused(string text) =>
        BarFileNumbers.TryNumber(Encoding.ASCII.GetBytes(text), out _).Should().BeFalse();

    [Theory]
    [InlineData("2024-13-01")]
    [InlineData("2024-02-30T00:00:00Z")]
    [InlineData("2024-01-02T25:00:00Z")]
    [InlineData("2024-01-02T10:61Z")]
    [InlineData("yesterday")]
    [InlineData("01/02/2024")]
    [InlineData("-1704205800000")]
    [InlineData("99999999999999999999999")]
    [InlineData("2024-01-02Tnoon")]
    public void What_is_no_time_is_refused(string text) =>
        BarFileNumbers.TryTime(Encoding.ASCII.GetBytes(text), out _, out _).Should().BeFalse();

    [Fact]
    public void A_file_without_a_symbol_column_is_of_the_symbol_in_its_name()
    {
        using var data = Read(_csv.Write("spy.daily.csv", "date,open,high,low,close,volume", "2024-01-02,1,1,1,1,1", "2024-01-03,1,1,1,1,1"));

        data.Instruments.Should().ContainSingle().Which.Id.Value.Should().Be("SPY.SIM");
    }

    [Fact]
    public void A_dated_equity_closes_at_four_in_New_York_in_winter_and_in_summer()
    {
        using var data = Read(_csv.Write("spy.csv", "date,open,high,low,close,volume", "2024-03-08,1,1,1,1,1", "2024-03-11,1,1,1,1,1"));

        data.Timeframe.Should().Be(new Timeframe(3 * 86_400_000L));
        data.Bars().Select(b => b.Bar.CloseTime).Should().Equal(
            new DateTimeOffset(2024, 3, 8, 21, 0, 0, TimeSpan.Zero), new DateTimeOffset(2024, 3, 11, 20, 0, 0, TimeSpan.Zero));
    }

    [Fact]
    public void A_dated_pair_closes_at_the_next_midnight()
    {
        using var data = Read(_csv.Write("btcusd.csv", "date,open,high,low,close,volume", "2024-03-08,1,1,1,1,1", "2024-03-09,1,1,1,1,1"));

        data.Timeframe.Should().Be(Timeframe.Day);
        data.Bars().First().Bar.CloseTime.Should().Be(new DateTimeOffset(2024, 3, 9, 0, 0, 0, TimeSpan.Zero));
    }

    [Fact]
    public void A_time_is_the_start_and_the_smallest_step_the_timeframe()
    {
        using var data = Read(_csv.Write(
            "bars.csv",
            Csv.Header,
            "2024-01-02T14:00:00Z,B,1,1,1,1,1",
            "2024-01-02T14:03:00Z,A,1,1,1,1,1",
            "2024-01-02T14:05:00Z,B,1,1,1,1,1",
            "2024-01-02T14:15:00Z,B,1,1,1,1,1"));

        data.Timeframe.ToString().Should().Be("5m");
        data.Bars().Select(b => (data.Instruments[b.Instrument].Id.Value, b.Bar.CloseTime.TimeOfDay)).Should().Equal(
            ("B.SIM", new TimeSpan(14, 5, 0)), ("A.SIM", new TimeSpan(14, 8, 0)), ("B.SIM", new TimeSpan(14, 10, 0)), ("B.SIM", new TimeSpan(14, 20, 0)));
    }

    [Fact]
    public void Every_kind_of_bad_row_is_kept_out_with_its_line_and_reason()
    {
        using var data = Read(_csv.Write(
            "bars.csv",
            Csv.Header,
            "2024-01-02T14:30:00Z,A,1,1,1,1,1",
            "2024-01-02T14:31:00Z,A,1,1,2,1,1",
            "2024-01-02T14:31:00Z,A,NaN,1,1,1,1",
            "2024-01-02T14:31:00Z,A,1,1,1,1",
            "2024-01-02T14:31:00Z,A,1,one,1,1,1",
            "2999-01-02T14:31:00Z,A,1,1,1,1,1",
            "2024-01-02T14:31:00Z,A\u0001B'; drop,1,1,1,1,1",
            "2024-01-02T14:31:00Z,,1,1,1,1,1",
            "soon,A,1,1,1,1,1",
            "2024-01-02T14:30:00Z,A,1,1,1,1,1",
            "2024-01-02T14:30:00Z,A,2,2,2,2,1",
            "2024-01-02T14:29:00Z,A,1,1,1,1,1",
            "",
            new string('9', 70_000),
            "2024-01-02T14:31:00Z,A,1,1,1,1,1"));

        data.Accepted.Should().Be(2);
        data.Read.Should().Be(14);
        data.Duplicates.Should().Be(1);
        data.Details.Select(d => (d.Line, d.Reason)).Should().Equal(
            (3, "impossible_ohlc"),
            (4, "not_a_number"),
            (5, "unreadable"),
            (6, "unreadable"),
            (7, "future_time"),
            (8, "bad_symbol"),
            (9, "bad_symbol"),
            (10, "bad_time"),
            (12, "conflicting_duplicate"),
            (13, "out_of_order"),
            (15, "line_too_long"));
        data.Details.Should().OnlyContain(d => d.Detail.Length > 10);
    }

    [Fact]
    public void A_line_without_an_end_takes_no_memory()
    {
        var path = _csv.PathOf("endless.csv");
        using (var stream = File.Create(path))
        {
            stream.Write(Encoding.UTF8.GetBytes(Csv.Header + "\n2024-01-02T14:30:00Z,A,1,1,1,1,1\n"));
            // A hole: two gigabytes of zero bytes that take no room on the disk either.
            stream.Seek(2L << 30, SeekOrigin.Current);
            stream.Write("\n2024-01-02T14:31:00Z,A,1,1,1,1,1\n"u8);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        using var data = Read(path);

        data.Accepted.Should().Be(2);
        data.Details.Should().ContainSingle().Which.Should().Match<QuarantinedRow>(d => d.Line == 3 && d.Reason == "line_too_long");
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(16 << 20);
    }

    [Theory]
    [InlineData("bars.csv.gz", 60)]
    [InlineData("bars.csv", 60)]
    [InlineData("bars.csv.gz", 400)]
    public void Gzip_that_breaks_off_gives_what_came_before_and_says_where(string name, int cut)
    {
        var whole = Csv.Gzip([Csv.Header, .. Csv.Minutes("A", 0, 50_000)]);

        using var data = Read(_csv.WriteBytes(name, whole[..^(whole.Length / 2 + cut)]));

        data.Failure!.Code.Should().Be(BarFileException.BrokenGzip);
        data.Failure.Message.Should().Contain(name).And.Contain("line");
        data.Accepted.Should().BeInRange(1, 49_999);
    }

    [Fact]
    public void Gzip_with_flipped_bytes_is_found_out()
    {
        var bytes = Csv.Gzip([Csv.Header, .. Csv.Minutes("A", 0, 5_000)]);
        bytes[bytes.Length / 2] ^= 0xFF;
        bytes[bytes.Length / 2 + 1] ^= 0xFF;

        using var data = Read(_csv.WriteBytes("bars.csv.gz", bytes));

        data.Failure!.Code.Should().Be(BarFileException.BrokenGzip);
    }

    [Fact]
    public void A_file_larger_than_memory_allows_is_sorted_all_the_same()
    {
        using var small = new SortedBars(rowsInMemory: 100);
        using var large = new SortedBars();
        var random = new Random(7);
        foreach (var name in (string[])["C", "A", "B"])
        {
            small.AddInstrument(name);
            large.AddInstrument(name);
        }

        for (var i = 0; i < 12_345; i++)
        {
            var (instrument, bar) = (random.Next(3), new Bar(random.Next(3_000), i, i, i, i, i));
            small.Add(instrument, bar);
            large.Add(instrument, bar);
        }

        var merged = small.Read().ToList();

        merged.Select(r => (r.Bar.CloseMs, "CAB"[r.Instrument])).Should().BeInAscendingOrder();
        merged.Select(r => r.Bar.Open).Should().BeEquivalentTo(large.Read().Select(r => r.Bar.Open));
        merged.Should().HaveCount(12_345);
        small.Read().Should().Equal(merged);
    }

    [SharedDataTheory]
    [InlineData("bars/minute_us_equity_lean.csv", "1m", 21_258)]
    [InlineData("bars/minute_crypto_lean.csv", "1m", 33_913)]
    [InlineData("bars/hour_us_equity_lean.csv.gz", "1h", 204_105)]
    [InlineData("bars/minute_crypto_btcperp_nautilus.csv", "1m", 45_031)]
    [InlineData("bars/daily_crypto_lean.csv", "1d", 1_327)]
    [InlineData("bars/daily_stockindicators.csv", "1d", 17_970)]
    public void Real_files_are_accounted_for_to_the_row(string path, string timeframe, long rows)
    {
        using var data = Read(SharedData.Path(path));

        data.Timeframe.ToString().Should().Be(timeframe);
        data.Read.Should().Be(rows);
        (data.Accepted + data.Duplicates + data.Refused).Should().Be(rows);
        data.Bars().Select(b => (b.Bar.CloseMs, data.Instruments[b.Instrument].Id)).Should().BeInAscendingOrder();
    }

    [Theory]
    [InlineData("symbol,open,high,low,close,volume", "timestamp")]
    [InlineData("timestamp,symbol,bid_open,bid_high,bid_low,bid_close", "open, high, low, close, volume")]
    [InlineData("2024-01-02,1,2,3,4,5", "open")]
    [InlineData("PK\u0003\u0004 no text at all", "timestamp")]
    public void Wrong_columns_are_named(string header, string missing)
    {
        var open = () => BarFile.Open(_csv.Write("bars.csv", header, "1,2,3"));

        open.Should().Throw<BarFileException>().Where(e => e.Code == BarFileException.Columns)
            .WithMessage($"*bars.csv: line 1:*missing*{missing}*");
    }

    public void Dispose() => _csv.Dispose();

    private static ReplayData Read(string path) => ReplayData.From(new StartReplay(path), Now, CancellationToken.None);
}
