using System.Diagnostics;
using System.Globalization;
using AlgoStack.Testing;
using FluentAssertions;
using NpgsqlTypes;
using Xunit;
using Xunit.Abstractions;

namespace AlgoStack.EventStore.Tests.Streams;

/// <summary>The bulk path beside COPY of the same rows into the same tables: figures are printed, correctness is asserted.</summary>
public sealed class BulkAppendTests(ServerFixture servers, ITestOutputHelper output) : IClassFixture<ServerFixture>
{
    private const int Batches = 24;
    private const int EventsPerBatch = 5_000;
    private const int WarmUp = 4;

    [Theory]
    [InlineData(10)]
    [InlineData(2_500)]
    public async Task Many_events_go_in_one_statement_a_batch(int streamsPerBatch)
    {
        await using var store = await TestStore.StartAsync(await servers.CreateSchemaDatabaseAsync(), "bulk");
        var append = TimeSpan.Zero;
        var copy = TimeSpan.Zero;
        for (var batch = 0; batch < Batches; batch++)
        {
            // In turns, so that both meet the same machine.
            var appended = await AppendAsync(store, batch, streamsPerBatch);
            var copied = await CopyAsync(store, batch, streamsPerBatch);
            if (batch < WarmUp) continue;

            append += appended;
            copy += copied;
        }

        const double Events = (Batches - WarmUp) * (double)EventsPerBatch;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{EventsPerBatch} events over {streamsPerBatch} streams: append {Events / append.TotalSeconds:N0}/s, COPY {Events / copy.TotalSeconds:N0}/s, ratio {copy / append:P0}"));
        (await store.RowsAsync(
            """
            select count(*), count(distinct stream_id), min(version), max(version), count(distinct id)
            from mt_events where stream_id like 'append-%'
            """)).Should().Equal(string.Create(CultureInfo.InvariantCulture,
            $"{Batches * EventsPerBatch}|{Batches * streamsPerBatch / 2 + streamsPerBatch / 2}|1|{EventsPerBatch / streamsPerBatch * Batches}|{Batches * EventsPerBatch}"));
        (await store.ScalarAsync<long>(
            """
            select count(*) from mt_streams s join (
                select stream_id, count(*) as events, max(version) as newest, max(seq_id) as last from mt_events group by stream_id
            ) e on e.stream_id = s.id
            where s.version <> e.events or s.version <> e.newest
            """)).Should().Be(0);
    }

    /// <summary>Half of the streams are new in each batch, half are those of the first.</summary>
    private static string StreamOf(string prefix, int batch, int streams, int i) =>
        i % streams < streams / 2 ? $"{prefix}-old-{i % streams}" : $"{prefix}-{batch}-{i % streams}";

    private static async Task<TimeSpan> AppendAsync(TestStore store, int batch, int streams)
    {
        var started = Stopwatch.GetTimestamp();
        var session = store.Log.OpenSession();
        for (var i = 0; i < EventsPerBatch; i++) session.Append(StreamOf("append", batch, streams, i), EventOf(i));
        await session.SaveChangesAsync();
        return Stopwatch.GetElapsedTime(started);
    }

    private static Deposited EventOf(int i) => new(i * 0.01m, "a note as long as an OHLCV event's seven fields are");

    private static async Task<TimeSpan> CopyAsync(TestStore store, int batch, int streams)
    {
        var started = Stopwatch.GetTimestamp();
        await using var connection = await store.Database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var copy = await connection.BeginBinaryImportAsync("copy mt_streams (id, version) from stdin (format binary)"))
        {
            for (var i = 0; i < streams; i++)
            {
                await copy.StartRowAsync();
                await copy.WriteAsync($"copy-{batch}-{i}", NpgsqlDbType.Varchar);
                await copy.WriteAsync((long)EventsPerBatch / streams, NpgsqlDbType.Bigint);
            }

            await copy.CompleteAsync();
        }

        await using (var copy = await connection.BeginBinaryImportAsync(
            "copy mt_events (seq_id, id, stream_id, version, data, type, timestamp, mt_dotnet_type) from stdin (format binary)"))
        {
            for (var i = 0; i < EventsPerBatch; i++)
            {
                await copy.StartRowAsync();
                await copy.WriteAsync(1_000_000_000L + (long)batch * EventsPerBatch + i, NpgsqlDbType.Bigint);
                await copy.WriteAsync(Guid.CreateVersion7(), NpgsqlDbType.Uuid);
                await copy.WriteAsync($"copy-{batch}-{i % streams}", NpgsqlDbType.Varchar);
                await copy.WriteAsync((long)i / streams + 1, NpgsqlDbType.Bigint);
                await copy.WriteAsync(store.Log.Types.Serialize(EventOf(i)), NpgsqlDbType.Jsonb);
                await copy.WriteAsync("money_deposited", NpgsqlDbType.Varchar);
                await copy.WriteAsync(DateTimeOffset.UnixEpoch, NpgsqlDbType.TimestampTz);
                await copy.WriteAsync("AlgoStack.EventStore.Tests.Deposited, AlgoStack.EventStore.Tests", NpgsqlDbType.Varchar);
            }

            await copy.CompleteAsync();
        }

        await transaction.CommitAsync();
        return Stopwatch.GetElapsedTime(started);
    }
}
