using AlgoStack.Ingestion.Imports;
using AlgoStack.Ingestion.Quality;
using AlgoStack.Ingestion.Tape;
using AlgoStack.Ingestion.Tape.Kinds;
using AlgoStack.Testing;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Ingestion.Tests.Tape;

public sealed class KindFileTests : IDisposable
{
    private static readonly DateTimeOffset Latest = new(2024, 6, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly Csv _csv = new();

    [Fact]
    public void Windows_go_on_within_an_instant()
    {
        using var file = Open(2, "timestamp,symbol,price,size", "10:00:00,A,1", "10:00:00,A,1", "10:00:00,A,2", "10:00:00,A,1", "10:00:01,A,1");

        var windows = file.Windows(CancellationToken.None).ToList();

        windows.SelectMany(w => w.Columns[1].Values!).Should().Equal(0, 1, 2, 3, 0);
        (file.Read, file.Accepted, file.Duplicates, file.Quarantined.Total).Should().Be((5, 5, 0, 0));
    }

    [Fact]
    public void A_row_known_from_the_window_before_is_a_repeat_or_a_conflict()
    {
        using var file = Open(2, "timestamp,symbol,price,size,id", "10:00:00,A,1,1,x", "10:00:01,A,1,1,y", "10:00:01,A,1,1,y", "10:00:01,A,2,1,y", "10:00:02,A,1,1,z");

        file.Windows(CancellationToken.None).Sum(w => w.Count).Should().Be(3);

        (file.Accepted, file.Duplicates).Should().Be((3, 1));
        file.Quarantined.Details.Should().ContainSingle().Which.Should().Match<QuarantinedRow>(q => q.Line == 5 && q.Reason == "conflicting_duplicate");
    }

    [Fact]
    public void A_row_is_refused_once_its_window_is_past_and_put_in_order_before()
    {
        using var file = Open(3, "timestamp,symbol,price,size,id", "10:00:02,A,1,1,c", "10:00:00,A,1,1,a", "10:00:00,B,1,1,b", "10:00:01,A,1,1,late", "10:00:01,B,1,1,d");

        var windows = file.Windows(CancellationToken.None).ToList();

        windows.SelectMany(w => Enumerable.Range(0, w.Count).Select(row => w.Columns[0].Word(row))).Should().Equal("a", "b", "c", "d");
        file.Quarantined.Details.Should().ContainSingle().Which.Should().Match<QuarantinedRow>(q => q.Line == 5 && q.Reason == "out_of_order");
    }

    [Fact]
    public void Reading_again_gives_the_same()
    {
        string[] rows = [.. Enumerable.Range(0, 500).Select(i => $"10:0{i % 7}:{i % 60:00},{(char)('A' + (i % 3))},{i % 5},1,{(i % 4 == 0 ? "" : i % 90)}")];
        ContentHash Read()
        {
            using var file = Open(64, "timestamp,symbol,price,size,id", rows);
            var sum = default(ContentHash);
            foreach (var window in file.Windows(CancellationToken.None))
            {
                for (var row = 0; row < window.Count; row++) sum += window.HashOf(row);
            }

            (file.Accepted + file.Duplicates + file.Quarantined.Total).Should().Be(file.Read).And.Be(500);
            return sum;
        }

        Read().Should().Be(Read());
    }

    [Fact]
    public void Of_a_broken_gzip_what_came_before_is_given()
    {
        var whole = Csv.Gzip(["timestamp,symbol,price,size,id", .. Enumerable.Range(0, 50_000).Select(i => $"{1_700_000_000_000L + (i * 37)},A,{i % 97}.5,1,{i * 7919}")]);
        using var file = KindFile.Open(_csv.WriteBytes("cut.csv.gz", whole[..(whole.Length / 2)]), Trades.Kind, null, Latest);

        file.Windows(CancellationToken.None).Sum(w => w.Count).Should().BePositive();

        file.Failure!.Message.Should().Contain("gzip").And.Contain("after line");
    }

    public void Dispose() => _csv.Dispose();

    private KindFile Open(int windowRows, string header, params string[] rows) => KindFile.Open(
        _csv.Write("rows.csv", [header, .. rows.Select(row => $"2024-01-02T{row}{(row.Split(',').Length == 3 ? ",1" : "")}")]), Trades.Kind, null, Latest, windowRows);
}
