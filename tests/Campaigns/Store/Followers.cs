using System.Diagnostics;
using AlgoStack.Campaigns.Processes;
using AlgoStack.EventStore.Projections;
using AlgoStack.EventStore.Streams;
using AlgoStack.EventStore.Subscriptions;
using Npgsql;

namespace AlgoStack.Campaigns.Store;

/// <summary>One row an event, in the order they came, so that one lost, doubled or out of order shows.</summary>
internal sealed class Ledger : Projection
{
    /// <summary>Time in which a kill finds it between its progress and its writes.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    public override string Name => "Ledger";

    public override IReadOnlyList<string> Tables => ["ledger"];

    public override async Task ApplyAsync(
        IReadOnlyList<StoredEvent> events, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await Task.Delay(Pause, cancellationToken);
        await using var copy = await connection.BeginBinaryImportAsync(
            "copy ledger (seq_id, stream_id, version) from stdin (format binary)", cancellationToken);
        foreach (var e in events)
        {
            await copy.StartRowAsync(cancellationToken);
            await copy.WriteAsync(e.Sequence, cancellationToken);
            await copy.WriteAsync(e.StreamId, cancellationToken);
            await copy.WriteAsync(e.Version, cancellationToken);
        }

        await copy.CompleteAsync(cancellationToken);
    }
}

/// <summary>One row a stream, which grows with it: what is applied twice counts twice.</summary>
internal class Tallies : Projection
{
    public override string Name => "Tallies";

    public override IReadOnlyList<string> Tables => ["tallies"];

    public override async Task ApplyAsync(
        IReadOnlyList<StoredEvent> events, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var streams = events.GroupBy(e => e.StreamId, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal).ToList();
#pragma warning disable CA2100 // A name that this class or the next states.
        await using var command = new NpgsqlCommand(
            $"""
            insert into {Tables[0]} as t (stream_id, entries, last_version) select * from unnest($1, $2, $3)
            on conflict (stream_id) do update set entries = t.entries + excluded.entries, last_version = excluded.last_version
            """,
            connection,
            transaction);
#pragma warning restore CA2100
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. streams.Select(g => g.Key)] });
        command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. streams.Select(g => g.LongCount())] });
        command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. streams.Select(g => g.Max(e => e.Version))] });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}

/// <summary>The same in the transaction of the append, which it rolls back for a <see cref="Refused"/>.</summary>
internal sealed class InlineTallies : Tallies
{
    public override string Name => "InlineTallies";

    public override IReadOnlyList<string> Tables => ["inline_tallies"];

    public override Task ApplyAsync(
        IReadOnlyList<StoredEvent> events, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        events.Any(e => e.Data is Refused)
            ? throw new RefusedException()
            : base.ApplyAsync(events, connection, transaction, cancellationToken);
}

internal sealed class RefusedException : Exception;

/// <summary>Says what it was told, and when by the machine's clock, which all processes share.</summary>
internal sealed class Told(Report report) : Subscription
{
    /// <summary>Time in which a kill finds it between what it said and its progress.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    public override string Name => "Told";

    public override async Task HandleAsync(IReadOnlyList<StoredEvent> events, CancellationToken cancellationToken)
    {
        report.Write($"told {Stopwatch.GetTimestamp()} {string.Join(',', events.Select(e => e.Sequence))}");
        await Task.Delay(Pause, cancellationToken);
    }
}
