using System.Globalization;
using System.IO.Compression;
using System.Text;
using AlgoStack.Testing;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.MarketData;
using FluentAssertions;
using Xunit;

namespace AlgoStack.BarFiles.Tests;

public sealed class BarFileTests : IDisposable
{
    private const string OneSymbol = "timestamp,open,high,low,close,volume";

    // The example of https://github.com/binance/binance-public-data, with its next hour.
    private const string Klines =
        "1735689600000000,4.15070000,4.15870000,4.15060000,4.15540000,539.23000000,1735693199999999,2240.39860900,13,401.82000000,1669.98121300,0\n"
        + "1735693200000000,4.15540000,4.20000000,4.15000000,4.16000000,100.00000000,1735696799999999,416.00000000,7,50.00000000,208.00000000,0\n";

    private readonly Csv _csv = new();

    public static TheoryData<string, string> Damaged { get; } = new()
    {
        { "2024-01-02T14:31:00Z,1,1,2,1,1", "line 3: expected low <= open, close <= high, found time 2024-01-02T14:31:00.000Z, open 1, high 1, low 2, close 1, volume 1." },
        { "2024-01-02T14:31:00Z,0,1,0,1,1", "line 3: expected prices above zero, found" },
        { "2024-01-02T14:31:00Z,NaN,1,1,1,1", "line 3: expected finite numbers, found" },
        { "2024-01-02T14:31:00Z,1,1,1,1", "line 3: expected at least 6 fields, found 5." },
        { "2024-01-02T14:31:00Z,1,one,1,1,1", "line 3: expected a number, found 'one'." },
        { "2024-01-02T14:31:00Z,1,,1,1,1", "line 3: expected a number, found ''." },
        { "soon,1,1,1,1,1", "line 3: expected a time, found 'soon'." },
        { "2024-01-02,1,1,1,1,1", "line 3: expected a date and time as in the rows before, found '2024-01-02'." },
        { "2024-01-02T14:29:00Z,1,1,1,1,1", "line 3: a later bar of this instrument came before it, found time 2024-01-02T14:29:00.000Z" },
        { "2024-01-02T14:30:00Z,2,2,2,2,1", "line 3: another bar of this instrument and time came before it with other values, found" },
        { new string('9', 70_000), "line 3: expected at most 65536 bytes in a line." },
    };

    [Theory]
    [InlineData("timestamp,symbol,open,high,low,close,volume", "2024-01-02T14:30:00Z,X,1,4,0.5,2,9")]
    [InlineData("Volume;Close;LOW;High;Open;Ticker;Open Time", "9;2;0.5;4;1;X;1704205800000")]
    [InlineData("unix,instrument,o,h,l,c,vol,extra", "1704205800,X,1,4,0.5,2,9,whatever")]
    [InlineData("date,time,symbol,open,high,low,close,v", "2024.01.02,14:30,X,1,4,0.5,2,9")]
    [InlineData("datetime\tsymbol\topen\thigh\tlow\tclose\tadj close\tvolume", "2024-01-02 14:30:00\tX\t1\t4\t0.5\t2\t77\t9")]
    [InlineData("\"Date\",\"Symbol\",\"Open\",\"High\",\"Low\",\"Close\",\"Volume\"", "\"2024-01-02T16:30:00+02:00\",\"X\",\"1\",\"4\",\"0.5\",\"2\",\"9\"")]
    [InlineData("\"symbol\",\"name\",\"timestamp\",\"open\",\"high\",\"low\",\"close\",\"volume\"", "X,\"Ex, Inc.\",2024-01-02T14:30Z,1,4,0.5,2,9")]
    [InlineData("\uFEFFtimestamp,symbol,open,high,low,close,volume\r", "20240102 143000, X , 1.0 ,4e0,.5,+2,9\r")]
    public void Headers_are_read_as_people_have_them(string header, string line)
    {
        var series = BarFile.Read(_csv.Write("bars.csv", header, line), timeframe: Timeframe.Minute);

        series.Instruments.Should().ContainSingle().Which.Id.Value.Should().Be("X.SIM");
        series.Count.Should().Be(1);
        series[0].Should().Be(new Bar(1_704_205_860_000, 1, 4, 0.5, 2, 9));
    }

    [Theory]
    [InlineData("spy.daily.csv", "SPY.SIM")]
    [InlineData("sp500-2000.csv", "SP500-2000.SIM")]
    [InlineData("BTCUSDT-1m-2024-01.csv", "BTCUSDT.SIM")]
    [InlineData("ETHUSD_PERP-12h-2024-01-31.csv", "ETHUSD_PERP.SIM")]
    public void A_file_without_a_symbol_column_is_of_the_symbol_in_its_name(string name, string id)
    {
        var series = BarFile.Read(_csv.Write(name, "date,open,high,low,close,volume", "2024-01-02,1,1,1,1,1", "2024-01-03,1,1,1,1,1"));

        series.Instruments.Should().ContainSingle().Which.Id.Value.Should().Be(id);
    }

    [Fact]
    public void A_dated_equity_closes_at_four_in_New_York_in_winter_and_in_summer()
    {
        var series = BarFile.Read(_csv.Write("spy.csv", "date,open,high,low,close,volume", "2024-03-08,1,1,1,1,1", "2024-03-11,1,1,1,1,1"));

        series.Timeframe.Should().Be(new Timeframe(3 * 86_400_000L));
        Closes(series).Should().Equal(
            new DateTimeOffset(2024, 3, 8, 21, 0, 0, TimeSpan.Zero), new DateTimeOffset(2024, 3, 11, 20, 0, 0, TimeSpan.Zero));
    }

    [Fact]
    public void A_dated_pair_closes_at_the_next_midnight()
    {
        var series = BarFile.Read(_csv.Write("btcusd.csv", "date,open,high,low,close,volume", "2024-03-08,1,1,1,1,1", "2024-03-09,1,1,1,1,1"));

        series.Timeframe.Should().Be(Timeframe.Day);
        Closes(series)[0].Should().Be(new DateTimeOffset(2024, 3, 9, 0, 0, 0, TimeSpan.Zero));
    }

    [Fact]
    public void A_time_is_the_start_and_the_smallest_step_the_timeframe()
    {
        var series = BarFile.Read(Mixed());

        series.Timeframe.ToString().Should().Be("5m");
        series.Instruments.Select(i => i.Id.Value).Should().Equal("A.SIM", "B.SIM");
        Closes(series).Select((close, row) => ("AB"[series.Instrument[row]], close.TimeOfDay)).Should().Equal(
            ('A', new TimeSpan(14, 5, 0)), ('B', new TimeSpan(14, 5, 0)), ('A', new TimeSpan(14, 10, 0)), ('B', new TimeSpan(14, 10, 0)), ('B', new TimeSpan(14, 20, 0)));
    }

    [Theory]
    [InlineData("A")]
    [InlineData("A.SIM")]
    [InlineData("SIM:A")]
    public void One_instrument_is_chosen_by_its_symbol_or_its_id(string symbol)
    {
        var series = BarFile.Read(Mixed(), symbol);

        series.Instruments.Should().Equal(new Instrument(new InstrumentId("A.SIM"), 0.01m, 1m, "USD"));
        series.Instrument.Should().Equal(0, 0);
        series.Close.Should().Equal(2, 3);
        series.Timeframe.ToString().Should().Be("5m", "it is the file's");
    }

    [Fact]
    public void An_instrument_that_the_file_has_not_is_refused_with_those_it_has()
    {
        var read = () => BarFile.Read(Mixed(), "C");

        read.Should().Throw<BarFileException>().WithMessage("*bars.csv: holds no bars of C, but of B.SIM, A.SIM.")
            .Which.Code.Should().Be(BarFileException.NoRows);
    }

    [Fact]
    public void A_venue_is_that_of_symbols_that_name_none()
    {
        var series = BarFile.Read(_csv.Write("bars.csv", [Csv.Header, .. Csv.Minutes("ABC", 0, 2), .. Csv.Minutes("X:ABC", 0, 2)]), venue: "KRAKEN");

        series.Instruments.Select(i => (i.Id.Value, i.Lot)).Should().Equal(("ABC.KRAKEN", 0.00000001m), ("ABC.X", 1m));
    }

    [Fact]
    public void Files_of_one_symbol_after_another_are_merged_in_order_of_time()
    {
        var series = BarFile.Read(_csv.Write("bars.csv", [Csv.Header, .. Csv.Minutes("B", 0, 300), .. Csv.Minutes("C", 100, 300), .. Csv.Minutes("A", 50, 300)]));

        series.Count.Should().Be(900);
        series.CloseMs.Select((close, row) => (close, series.Instruments[series.Instrument[row]].Id)).Should().BeInAscendingOrder();
        foreach (var (place, from) in ((int, int)[])[(0, 50), (1, 0), (2, 100)])
        {
            series.Volume.Where((_, row) => series.Instrument[row] == place).Should().Equal(Enumerable.Range(from, 300).Select(i => 1_000.0 + i));
        }
    }

    [Theory]
    [MemberData(nameof(Damaged))]
    public void A_row_that_is_no_bar_fails_the_file_and_is_named(string row, string message)
    {
        var path = _csv.Write("bars.csv", OneSymbol, "2024-01-02T14:30:00Z,1,1,1,1,1", row, "2024-01-02T14:32:00Z,1,1,1,1,1");

        var read = () => BarFile.Read(path);

        read.Should().Throw<BarFileException>().Which.Message.Should().StartWith($"{path}: {message}");
    }

    [Fact]
    public void An_exact_repeat_is_dropped() =>
        BarFile.Read(_csv.Write("bars.csv", [OneSymbol, .. Enumerable.Repeat("2024-01-02T14:30:00Z,1,1,1,1,1", 2), "2024-01-02T14:31:00Z,1,1,1,1,1"]))
            .Count.Should().Be(2);

    [Fact]
    public void A_header_alone_and_a_bar_alone_are_told_apart()
    {
        var none = () => BarFile.Read(_csv.Write("none.csv", OneSymbol));
        var one = () => BarFile.Read(_csv.Write("one.csv", OneSymbol, "2024-01-02T14:30:00Z,1,1,1,1,1"));

        none.Should().Throw<BarFileException>().WithMessage("*none.csv: holds no bars*").Which.Code.Should().Be(BarFileException.NoRows);
        one.Should().Throw<BarFileException>().WithMessage("*one.csv: *timeframe cannot be told*").Which.Code.Should().Be(BarFileException.NoTimeframe);
    }

    [Theory]
    [InlineData("symbol,open,high,low,close,volume", "timestamp")]
    [InlineData("timestamp,symbol,bid_open,bid_high,bid_low,bid_close", "open, high, low, close, volume")]
    [InlineData("2024-01-02,1,2,3,4,5", "open")]
    [InlineData("%PDF-1.7 no table at all", "timestamp")]
    public void Wrong_columns_are_named(string header, string missing)
    {
        var read = () => BarFile.Read(_csv.Write("bars.csv", header, "1,2,3"));

        read.Should().Throw<BarFileException>().Where(e => e.Code == BarFileException.Columns)
            .WithMessage($"*bars.csv: line 1:*missing*{missing}*");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_kline_archive_is_read_zipped_or_not(bool zipped)
    {
        var path = zipped
            ? _csv.WriteBytes("LTCUSDT-1h-2025-01.zip", Csv.Zip(CompressionLevel.Optimal, ("LTCUSDT-1h-2025-01.csv", Klines)))
            : _csv.WriteBytes("LTCUSDT-1h-2025-01.csv", Encoding.UTF8.GetBytes(Klines));

        var series = BarFile.Read(path);

        series.Timeframe.Should().Be(Timeframe.Hour);
        series.Instruments.Should().Equal(new Instrument(new InstrumentId("LTCUSDT.SIM"), 0.00000001m, 0.00000001m, "USDT"));
        // The archive's close time is the last microsecond of the bar.
        series.CloseMs.Should().Equal((1735693199999999 + 1) / 1_000, (1735696799999999 + 1) / 1_000);
        series[0].Should().Be(new Bar(series.CloseMs[0], 4.1507, 4.1587, 4.1506, 4.1554, 539.23));
    }

    [Fact]
    public void A_kline_archive_in_milliseconds_and_one_with_a_header_give_the_same()
    {
        var milliseconds = Klines.Replace("000000,4.15", "000,4.15", StringComparison.Ordinal).Replace("999999,", "999,", StringComparison.Ordinal);
        const string Header = "open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,taker_buy_quote_volume,ignore\n";

        var bare = BarFile.Read(_csv.WriteBytes("LTCUSDT-1h-2025-01.csv", Encoding.UTF8.GetBytes(Klines)));

        milliseconds.Should().StartWith("1735689600000,");
        BarFile.Read(_csv.WriteBytes("LTCUSDT-1h-2025-02.csv", Encoding.UTF8.GetBytes(milliseconds))).Should().BeEquivalentTo(bare);
        BarFile.Read(_csv.WriteBytes("LTCUSDT-1h-2025-03.csv", Encoding.UTF8.GetBytes(Header + Klines))).Should().BeEquivalentTo(bare);
    }

    [Fact]
    public void A_zip_holds_one_file()
    {
        var read = () => BarFile.Read(_csv.WriteBytes("two.zip", Csv.Zip(CompressionLevel.Optimal, ("a.csv", Klines), ("b.csv", Klines))));

        read.Should().Throw<BarFileException>().WithMessage("*two.zip: expected one file in the zip, found 2.")
            .Which.Code.Should().Be(BarFileException.BrokenZip);
    }

    [Theory]
    [InlineData(0.2)]
    [InlineData(0.5)]
    [InlineData(0.99)]
    public void What_is_cut_off_or_changed_within_compression_is_refused(double at)
    {
        string[] lines = [Csv.Header, .. Csv.Minutes("A", 0, 5_000)];
        var gzip = Csv.Gzip(lines);
        var zip = Csv.Zip(CompressionLevel.Optimal, ("a.csv", string.Join('\n', lines)));

        foreach (var (name, whole, code) in ((string, byte[], string)[])[("a.csv.gz", gzip, BarFileException.BrokenGzip), ("a.zip", zip, BarFileException.BrokenZip)])
        {
            var place = (int)(whole.Length * at);
            var cut = () => BarFile.Read(_csv.WriteBytes("cut-" + name, whole[..place]));
            cut.Should().Throw<BarFileException>(name).Which.Code.Should().Be(code);

            byte[] bytes = [.. whole];
            bytes[place] ^= 0x10;
            var changed = () => BarFile.Read(_csv.WriteBytes("changed-" + name, bytes));
            changed.Should().Throw<BarFileException>(name);
        }
    }

    [Fact]
    public void A_digit_that_was_changed_in_a_zip_is_found_out_by_its_checksum()
    {
        var bytes = Csv.Zip(CompressionLevel.NoCompression, ("a.csv", string.Join('\n', [Csv.Header, .. Csv.Minutes("A", 0, 5_000)])));
        var place = bytes.AsSpan().IndexOf(",1500\n"u8) + 4;
        bytes[place].Should().Be((byte)'0');
        bytes[place] = (byte)'1';

        var read = () => BarFile.Read(_csv.WriteBytes("a.zip", bytes));

        read.Should().Throw<BarFileException>().Which.Code.Should().Be(BarFileException.BrokenZip);
    }

    [Fact]
    public void Nothing_is_allocated_a_row_but_what_the_columns_need()
    {
        const int Rows = 200_000, ColumnBytes = 52;
        var path = _csv.Write("bars.csv", [Csv.Header, .. Csv.Minutes("A", 0, Rows)]);
        BarFile.Read(path);

        var before = GC.GetAllocatedBytesForCurrentThread();
        var series = BarFile.Read(path);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        series.Count.Should().Be(Rows);
        // The columns, once more while they grow, and once as they are cut to their length.
        allocated.Should().BeLessThan(3 * ColumnBytes * Rows);
    }

    [Fact]
    public void Only_the_fields_that_are_read_have_to_be_there()
    {
        var series = BarFile.ReadFields(_csv.Write("bars.csv", "date,close,high", "2024-01-02,5,1", "2024-01-03,,2", "2024-01-04,NaN,3"), BarFields.Close);

        series.Close.Should().Equal(5, double.NaN, double.NaN);
        series.High.Should().Equal(1, 2, 3);
        series.Volume.Should().Equal(double.NaN, double.NaN, double.NaN);
    }

    [SharedDataTheory]
    [InlineData("bars/minute_us_equity_lean.csv", "1m")]
    [InlineData("bars/minute_crypto_lean.csv", "1m")]
    [InlineData("bars/hour_us_equity_lean.csv.gz", "1h")]
    [InlineData("bars/minute_crypto_btcperp_nautilus.csv", "1m")]
    [InlineData("bars/daily_crypto_lean.csv", "1d")]
    public void Real_files_are_read_as_a_plain_parser_reads_them(string path, string timeframe)
    {
        var file = SharedData.Path(path);
        Timeframe.TryParse(timeframe, out var span).Should().BeTrue();

        var series = BarFile.Read(file);

        series.Timeframe.Should().Be(span);
        var rows = Enumerable.Range(0, series.Count).Select(row => (series.Instruments[series.Instrument[row]].Id.Value, series[row]));
        rows.Should().Equal(Plainly(file, span)
            .OrderBy(row => row.Bar.CloseMs).ThenBy(row => row.Id, StringComparer.Ordinal));
    }

    public void Dispose() => _csv.Dispose();

    private static List<(string Id, Bar Bar)> Plainly(string file, Timeframe timeframe)
    {
        using Stream stream = file.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(File.OpenRead(file), CompressionMode.Decompress) : File.OpenRead(file);
        using var lines = new StreamReader(stream);
        lines.ReadLine();
        var rows = new List<(string, Bar)>();
        while (lines.ReadLine() is { } line)
        {
            var cells = line.Split(',');
            var symbol = cells[1].Split(':');
            var start = DateTimeOffset.Parse(cells[0], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
            double[] numbers = [.. cells[2..7].Select(cell => double.Parse(cell, CultureInfo.InvariantCulture))];
            rows.Add((
                symbol.Length == 2 ? $"{symbol[1]}.{symbol[0]}" : $"{symbol[0]}.SIM",
                new Bar(start.ToUnixTimeMilliseconds() + timeframe.Milliseconds, numbers[0], numbers[1], numbers[2], numbers[3], numbers[4])));
        }

        return rows;
    }

    private static DateTimeOffset[] Closes(BarSeries series) => Array.ConvertAll(series.CloseMs, DateTimeOffset.FromUnixTimeMilliseconds);

    private string Mixed() => _csv.Write(
        "bars.csv",
        Csv.Header,
        "2024-01-02T14:00:00Z,B,1,1,1,1,1",
        "2024-01-02T14:00:00Z,A,2,2,2,2,2",
        "2024-01-02T14:05:00Z,B,1,1,1,1,1",
        "2024-01-02T14:05:00Z,A,3,3,3,3,3",
        "2024-01-02T14:15:00Z,B,1,1,1,1,1");
}
