using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using AlgoStack.Testing;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.MarketData;
using FluentAssertions;
using Xunit;

namespace AlgoStack.BarFiles.Tests;

public sealed class ColumnFileTests : IDisposable
{
    private const int Head = 48;

    private readonly Csv _csv = new();

    [Fact]
    public void What_was_written_is_read_again()
    {
        var series = Three();
        var path = _csv.PathOf("bars.bars");

        var sha256 = BarFile.Write(path, series);

        BarFile.Read(path).Should().BeEquivalentTo(series, o => o.WithStrictOrdering());
        BarFile.Write(_csv.PathOf("again.bars"), BarFile.Read(path)).Should().Be(sha256);
        File.ReadAllBytes(_csv.PathOf("again.bars")).Should().Equal(File.ReadAllBytes(path));
        Directory.GetFiles(Path.GetDirectoryName(path)!, "*.bars*").Should().HaveCount(2);
    }

    [Fact]
    public void Terms_and_odd_values_survive()
    {
        var series = new BarSeries(
            new Timeframe(7_000),
            [new Instrument(new InstrumentId("A/B.X"), 0.0000000001m, 123456789.5m, "USDT"), new Instrument(new InstrumentId("Z.X"), 25m, 1m, "€")],
            [0, 1, 0], [-5_000, -5_000, 9_000_000_000_000], [1e-8, double.NaN, 1], [double.Epsilon, 2, 3], [1e8, -0.0, 1], [1, 2, 3], [0, double.MaxValue, 1]);
        var path = _csv.PathOf("odd.bars");

        BarFile.Write(path, series);

        BarFile.Read(path).Should().BeEquivalentTo(series, o => o.WithStrictOrdering());
    }

    [Fact]
    public void The_layout_is_the_one_that_is_written_down()
    {
        var series = Three();
        var path = _csv.PathOf("bars.bars");

        var sha256 = BarFile.Write(path, series);

        var bytes = File.ReadAllBytes(path);
        var head = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(12));
        Encoding.ASCII.GetString(bytes, 0, 8).Should().Be("ALGOBARS");
        BitConverter.ToInt32(bytes, 8).Should().Be(1);
        Convert.ToHexStringLower(SHA256.HashData(bytes.AsSpan(Head, head - Head))).Should().Be(sha256).And.Be(Convert.ToHexStringLower(bytes.AsSpan(16, 32)));
        BitConverter.ToInt64(bytes, 48).Should().Be(series.Count);
        BitConverter.ToInt64(bytes, 56).Should().Be(60_000);
        bytes.Length.Should().Be(head + (52 * series.Count));
        BitConverter.ToInt64(bytes, head).Should().Be(series.CloseMs[0]);
        BitConverter.ToDouble(bytes, head + (8 * series.Count * 4) + 8).Should().Be(series.Close[1]);
        BitConverter.ToInt32(bytes, bytes.Length - 4).Should().Be(series.Instrument[^1]);
    }

    [Fact]
    public void Every_bit_that_flips_is_found_out()
    {
        var path = _csv.PathOf("bars.bars");
        BarFile.Write(path, Three(bars: 3));
        var whole = File.ReadAllBytes(path);

        for (var at = 8; at < whole.Length; at++)
        {
            byte[] bytes = [.. whole];
            bytes[at] ^= (byte)(1 << (at % 8));
            var read = () => BarFile.Read(_csv.WriteBytes("flipped.bars", bytes));
            read.Should().Throw<BarFileException>($"byte {at} is another").Which.Code.Should().Be(BarFileException.Damaged);
        }
    }

    [Fact]
    public void A_file_that_was_cut_off_anywhere_or_goes_on_is_refused()
    {
        var path = _csv.PathOf("bars.bars");
        BarFile.Write(path, Three(bars: 3));
        var whole = File.ReadAllBytes(path);

        for (var length = 8; length <= whole.Length + 1; length++)
        {
            if (length == whole.Length) continue;
            var read = () => BarFile.Read(_csv.WriteBytes("cut.bars", [.. whole.Take(length), .. new byte[Math.Max(0, length - whole.Length)]]));
            read.Should().Throw<BarFileException>($"it has {length} bytes").WithMessage("*cut.bars: is no whole file of columns: *")
                .Which.Code.Should().Be(BarFileException.Damaged);
        }
    }

    [Fact]
    public void What_was_changed_is_named()
    {
        var path = _csv.PathOf("bars.bars");
        BarFile.Write(path, Three());
        var bytes = File.ReadAllBytes(path);
        bytes[^1] ^= 1;

        var read = () => BarFile.Read(_csv.WriteBytes("changed.bars", bytes));

        read.Should().Throw<BarFileException>().WithMessage("*changed.bars: is no whole file of columns: its column instrument has been changed.*");
    }

    [Fact]
    public void A_file_that_is_whole_but_makes_no_sense_is_refused()
    {
        var good = Three(bars: 3);
        (BarSeries Series, string Why)[] cases =
        [
            (good with { Instrument = [0, 1, 2, 0, 1, 3, 0, 1, 2] }, "row 5 is of no instrument"),
            (good with { Instrument = [0, 2, 1, 0, 1, 2, 0, 1, 2] }, "row 2 is out of order"),
            (good with { CloseMs = [.. good.CloseMs.Reverse()] }, "row 3 is out of order"),
            (good with { Instruments = [.. good.Instruments.Reverse()] }, "its instruments are not in the order of their ids"),
        ];
        foreach (var (series, why) in cases)
        {
            var path = _csv.PathOf("odd.bars");
            BarFile.Write(path, series);
            var read = () => BarFile.Read(path);
            read.Should().Throw<BarFileException>().WithMessage($"*{why}*");
        }
    }

    [Theory]
    [InlineData(8)] // the timeframe, after the number of rows
    [InlineData(16 + (7 * 32) + 4 + (1 + 5) + (1 + 3) + 16)] // the lot of A.SIM, after seven hashes, the number of instruments, id, currency and tick
    public void A_head_that_is_sealed_but_makes_no_sense_is_refused(int place)
    {
        var path = _csv.PathOf("bars.bars");
        BarFile.Write(path, Three());
        var bytes = File.ReadAllBytes(path);
        bytes.AsSpan(Head + place, 8).Clear();
        var head = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(12));
        SHA256.HashData(bytes.AsSpan(Head, head - Head)).CopyTo(bytes.AsSpan(16));

        var read = () => BarFile.Read(_csv.WriteBytes("odd.bars", bytes));

        read.Should().Throw<BarFileException>().WithMessage("*odd.bars: is no whole file of columns: its head makes no sense: *");
    }

    [Fact]
    public void One_instrument_is_chosen_from_columns_as_from_text()
    {
        var text = _csv.Write("bars.csv", [Csv.Header, .. Csv.Minutes("B", 0, 50), .. Csv.Minutes("C", 0, 50)]);
        var path = _csv.PathOf("bars.bars");
        BarFile.Write(path, BarFile.Read(text));

        BarFile.Read(path, "C").Should().BeEquivalentTo(BarFile.Read(text, "C"), o => o.WithStrictOrdering());
        var other = () => BarFile.Read(path, "D");
        other.Should().Throw<BarFileException>().WithMessage("*bars.bars: holds no bars of D, but of B.SIM, C.SIM.");
        var hourly = () => BarFile.Read(path, timeframe: Timeframe.Hour);
        hourly.Should().Throw<BarFileException>().WithMessage("*bars.bars: expected bars of 1h, found 1m.");
    }

    [Fact]
    public void A_folder_that_is_not_there_is_named_when_it_is_to_be_written_to()
    {
        var write = () => BarFile.Write(_csv.PathOf("nowhere/bars.bars"), Three());

        write.Should().Throw<BarFileException>().WithMessage("*nowhere/bars.bars: cannot be written: *").Which.Code.Should().Be(BarFileException.Unwritable);
    }

    [Fact]
    public void Files_are_merged_in_any_order_and_what_two_have_counts_once()
    {
        var whole = _csv.Write("whole.csv", [Csv.Header, .. Csv.Minutes("A", 0, 90), .. Csv.Minutes("B", 0, 90)]);
        string[] parts =
        [
            _csv.Write("3.csv", [Csv.Header, .. Csv.Minutes("B", 0, 90)]),
            _csv.Write("2.csv", [Csv.Header, .. Csv.Minutes("A", 50, 40)]),
            _csv.Write("1.csv", [Csv.Header, .. Csv.Minutes("A", 0, 60)]),
        ];

        BarFile.Read(parts).Should().BeEquivalentTo(BarFile.Read(whole), o => o.WithStrictOrdering());
    }

    [Fact]
    public void Files_that_contradict_each_other_are_not_merged()
    {
        var one = _csv.Write("one.csv", [Csv.Header, .. Csv.Minutes("A", 0, 9)]);
        var other = _csv.Write("other.csv", [Csv.Header, .. Csv.Minutes("A", 8, 9, shift: 1)]);
        var hourly = _csv.Write("hourly.csv", Csv.Header, "2024-01-02T14:00:00Z,A,1,1,1,1,1", "2024-01-02T15:00:00Z,A,1,1,1,1,1");

        var conflicting = () => BarFile.Read([one, other]);
        var mixed = () => BarFile.Read([one, hourly]);

        conflicting.Should().Throw<BarFileException>().WithMessage($"{one}, {other}: have bars of A.SIM that close at 2024-01-02T14:39:00Z with other values.");
        mixed.Should().Throw<BarFileException>().WithMessage($"{hourly}: expected bars of 1m as in {one}, found 1h.");
    }

    public void Dispose() => _csv.Dispose();

    private BarSeries Three(int bars = 100) => BarFile.Read(
        _csv.Write("three.csv", [Csv.Header, .. Csv.Minutes("A", 0, bars), .. Csv.Minutes("BTCUSDT", 0, bars, 7), .. Csv.Minutes("C", 0, bars, 9)]));
}
