using System.Text;
using AlgoStack.BarFiles;
using AlgoStack.Contracts.MarketData;
using AlgoStack.Ingestion.Providers.Replay;
using AlgoStack.Ingestion.Quality;
using AlgoStack.Testing;
using AlgoStack.Trading.MarketData;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Ingestion.Tests.Providers;

public sealed class ReplayDataTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 0, 0, 0, TimeSpan.Zero);

    private readonly Csv _csv = new();

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

    public void Dispose() => _csv.Dispose();

    private static ReplayData Read(string path) => ReplayData.From(new StartReplay(path), Now, CancellationToken.None);
}
