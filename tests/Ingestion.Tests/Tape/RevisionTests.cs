using AlgoStack.Ingestion.Tape;
using AlgoStack.Ingestion.Tape.Kinds;
using AlgoStack.Ingestion.Tests.Running;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Ingestion.Tests.Tape;

public sealed class RevisionTests(IngestionFixture fixture) : IClassFixture<IngestionFixture>
{
    private const int Minutes = 60 * 24 * 2;
    private static readonly long Start = new DateTimeOffset(2024, 1, 31, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();

    /// <summary>Whatever is written in whatever order, history is the last that was said of each key, and was so at each revision.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task History_is_the_latest_revision_of_each_key_at_every_revision(int seed)
    {
        var random = new Random(seed);
        var subjects = new[] { 1_000 * seed, (1_000 * seed) + 1 };
        var written = new SortedDictionary<(int Subject, long At), double>();
        var states = new List<(long Revision, double[] Prices)>();
        for (var write = 0; write < 40; write++)
        {
            var keys = RandomKeys(random, subjects);
            var price = random.Next(1, 4);
            var done = await WriteAsync(subjects, keys, price);

            var changed = keys.Count(key => !written.TryGetValue(key, out var old) || old != price);
            done.Rows.Should().Be(changed, "of seed {0}, write {1}", seed, write);
            foreach (var key in keys) written[key] = price;
            states.Add((done.Revision, [.. written.OrderBy(w => (w.Key.At, w.Key.Subject)).Select(w => w.Value)]));
        }

        foreach (var (revision, prices) in states)
        {
            (await ReadAsync(subjects, revision)).Columns[0].Numbers.Should().Equal(prices, "that was known at revision {0} of seed {1}", revision, seed);
        }

        (await fixture.ScalarAsync<long>($"select sum(bars) from ledger where instrument = any('{{{subjects[0]},{subjects[1]}}}')")).Should().Be(written.Count);
    }

    // A stretch of minutes, some left out, of one or both: stretches overlap, meet and lie apart, over days and a month's end.
    private static List<(int Subject, long At)> RandomKeys(Random random, int[] subjects)
    {
        var from = random.Next(Minutes);
        var count = random.Next(1, 400);
        var keep = random.Next(1, 4);
        var both = random.Next(2) == 0;
        var first = random.Next(2);
        return [.. Enumerable.Range(from, count).Where(_ => keep > 1 || random.Next(3) > 0).SelectMany(minute => subjects
            .Where((_, place) => both || place == first)
            .Select(subject => (subject, Start + (minute * 60_000L))))];
    }

    private Task<TapeWrite> WriteAsync(int[] subjects, List<(int Subject, long At)> keys, double price)
    {
        double[] prices = [.. keys.Select(_ => price)];
        var rows = new TapeRows(
            Bars.Kind, 60, subjects, [.. keys.Select(k => Array.IndexOf(subjects, k.Subject))], [.. keys.Select(k => k.At)],
            [new(prices), new(prices), new(prices), new(prices), new(prices)]);
        return fixture.Ingestion.Get<TapeWriter>().WriteAsync(
            rows, record: true, durable: true, _ => Task.FromResult<IReadOnlyList<Npgsql.NpgsqlBatchCommand>>([]), CancellationToken.None);
    }

    private async Task<TapeRows> ReadAsync(int[] subjects, long revision) => await fixture.Ingestion.Get<TapeHistory>().ReadAsync(
        Bars.Kind, new TapeRange(subjects, 60, long.MinValue, long.MaxValue, revision), int.MaxValue, CancellationToken.None);
}
