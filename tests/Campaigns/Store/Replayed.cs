using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using AlgoStack.Campaigns.Histories;
using AlgoStack.EventStore.Projections;
using AlgoStack.EventStore.Streams;
using AlgoStack.EventStore.Subscriptions;
using Npgsql;

namespace AlgoStack.Campaigns.Store;

/// <summary>One row a stream: a digest that depends on every event, all that is stored of it, and their order.</summary>
internal sealed class Digests : Projection
{
    public override string Name => "Digests";

    public override IReadOnlyList<string> Tables => ["digests"];

    public override async Task ApplyAsync(
        IReadOnlyList<StoredEvent> events, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var digests = await ReadAsync([.. events.Select(e => e.StreamId).Distinct(StringComparer.Ordinal)], connection, transaction, cancellationToken);
        foreach (var e in events)
        {
            var (entries, digest) = digests.GetValueOrDefault(e.StreamId, (0, ListHash.Empty));
            digests[e.StreamId] = (entries + 1, digest.With(Line.Of(e)));
        }

        await using var command = new NpgsqlCommand(
            """
            insert into digests (stream_id, entries, digest) select * from unnest($1, $2, $3)
            on conflict (stream_id) do update set entries = excluded.entries, digest = excluded.digest
            """,
            connection,
            transaction);
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. digests.Keys] });
        command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. digests.Values.Select(d => d.Entries)] });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. digests.Values.Select(d => d.Digest.ToString())] });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task<Dictionary<string, (long Entries, ListHash Digest)>> ReadAsync(
        string[] streams, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("select stream_id, entries, digest from digests where stream_id = any ($1)", connection, transaction);
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = streams });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var digests = new Dictionary<string, (long, ListHash)>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken)) digests.Add(reader.GetString(0), (reader.GetInt64(1), ListHash.Parse(reader.GetString(2))));
        return digests;
    }
}

/// <summary>Hashes all that it is told.</summary>
internal sealed class Output : Subscription, IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    public override string Name => "Output";

    public override Task HandleAsync(IReadOnlyList<StoredEvent> events, CancellationToken cancellationToken)
    {
        foreach (var e in events) _hash.AppendData(Encoding.UTF8.GetBytes(Line.Of(e)));
        return Task.CompletedTask;
    }

    public byte[] Hash() => _hash.GetHashAndReset();

    public void Dispose() => _hash.Dispose();
}

internal static class Line
{
    public static string Of(StoredEvent e) => string.Create(
        CultureInfo.InvariantCulture, $"{e.Sequence} {e.Id} {e.StreamId} {e.Version} {e.TypeName} {e.Timestamp:O} {((Entry)e.Data).Session} {((Entry)e.Data).Part}\n");
}
