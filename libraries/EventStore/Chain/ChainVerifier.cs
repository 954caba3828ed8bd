using System.Runtime.CompilerServices;
using AlgoStack.EventStore.Retention;
using Npgsql;

namespace AlgoStack.EventStore.Chain;

/// <summary>
/// Compares every event of a log with what was sealed, and every seal with the one before it, in one pass over both and
/// in the memory of one seal. It computes all digests itself and trusts nothing that the server has computed. Whoever can
/// rewrite events can rewrite all seals after them as well: that is found only by a head kept elsewhere.
/// </summary>
/// <param name="source">Connections whose search path is the store's schema; to read is enough.</param>
/// <param name="heads">Hashes to look for among the seals, as <see cref="ChainHead.Hash"/> has them.</param>
public sealed class ChainVerifier(NpgsqlDataSource source, params IEnumerable<string> heads)
{
    private readonly HashSet<string> _heads = new(heads, StringComparer.OrdinalIgnoreCase);

    /// <summary>How far it has come; final once all findings were given.</summary>
    public ChainReport Report { get; private set; } = ChainReport.Nothing;

    /// <summary>Verifies all that is there at the beginning. Appends and sealing go on meanwhile.</summary>
    public async IAsyncEnumerable<ChainFinding> VerifyAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        Report = ChainReport.Nothing;
        await foreach (var finding in FindAsync(cancellationToken))
        {
            Report = Report with { Findings = Report.Findings + 1 };
            yield return finding;
        }
    }

    private async IAsyncEnumerable<ChainFinding> FindAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var sealConnection = await source.OpenConnectionAsync(cancellationToken);
        await using var eventConnection = await source.OpenConnectionAsync(cancellationToken);
        // The seals first: all that they seal is then seen.
        await using (var seals = await SealReader.BeginAsync(sealConnection, cancellationToken))
        await using (await BeginInOrderAsync(eventConnection, cancellationToken))
        await using (var events = await LogCursor.BeginAsync(eventConnection, cancellationToken))
        {
            // After the log was begun: what it misses by right was taken down before.
            var archived = await ArchivedAsync(cancellationToken);
            var before = Seal.None;
            for (var seal = await seals.ReadAsync(cancellationToken); seal is not null;)
            {
                var next = await seals.ReadAsync(cancellationToken);
                if (seal.Number != before.Number + 1) yield return await PassUnsealedAsync(events, before, seal, cancellationToken);
                foreach (var finding in Links(before, seal)) yield return finding;
                await foreach (var finding in CompareAsync(events, archived, seal, EndOf(seal, next), cancellationToken)) yield return finding;
                Note(seal);
                (before, seal) = (seal, next);
            }

            for (; events.Sequence != long.MaxValue; await events.MoveAsync(cancellationToken))
                Report = Report with { Unsealed = Report.Unsealed + 1 };
        }

        await foreach (var finding in CompareStreamsAsync(eventConnection, cancellationToken)) yield return finding;
    }

    private async Task<DeletedEvents> ArchivedAsync(CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        return await DeletedEvents.LoadAsync(connection, cancellationToken);
    }

    private void Note(Seal seal)
    {
        var head = new ChainHead(seal.Number, seal.Last, Convert.ToHexStringLower(seal.Hash));
        Report = Report with
        {
            Seals = Report.Seals + 1,
            Events = Report.Events + seal.Count,
            Head = head,
            Found = _heads.Contains(head.Hash) ? [.. Report.Found, head] : Report.Found,
        };
    }

    private static IEnumerable<ChainFinding> Links(Seal before, Seal seal)
    {
        if (!seal.IsIntact)
        {
            yield return OfSeal(ChainFindingKind.SealChanged, seal.Number, $"seal {seal.Number} was changed: its hash is not that of its content");
        }

        // Beside a seal that is gone there is nothing to follow.
        if (seal.Number != before.Number + 1) yield break;

        if (!seal.PreviousHash.AsSpan().SequenceEqual(before.Hash))
        {
            yield return OfSeal(ChainFindingKind.SealDetached, seal.Number, before == Seal.None
                ? $"seal {seal.Number} does not begin the chain: there was one before it"
                : $"seal {seal.Number} does not follow seal {before.Number}: it was made after another");
        }

        if (before.IsIntact && seal.First != before.Last + 1)
        {
            yield return OfSeal(
                ChainFindingKind.SealDetached, seal.Number, $"seal {seal.Number} begins at sequence {seal.First}, expected {before.Last + 1}");
        }
    }

    /// <summary>Where the stretch of a seal ends. One that was changed may say anything; the one after it knows.</summary>
    private static long EndOf(Seal seal, Seal? next) => !seal.IsIntact && next is { IsIntact: true } ? next.First - 1 : seal.Last;

    private static async Task<ChainFinding> PassUnsealedAsync(LogCursor events, Seal before, Seal seal, CancellationToken cancellationToken)
    {
        var count = 0L;
        for (; events.Sequence < seal.First; await events.MoveAsync(cancellationToken)) count++;

        var (first, last) = (before.Number + 1, seal.Number - 1);
        var which = first == last ? $"seal {first} is" : $"seals {first} to {last} are";
        return OfSeal(
            ChainFindingKind.SealMissing,
            first,
            before.Last + 1 < seal.First
                ? $"{which} gone: nothing vouches for sequences {before.Last + 1} to {seal.First - 1}, {count} events now"
                : $"{which} gone");
    }

    private async IAsyncEnumerable<ChainFinding> CompareAsync(
        LogCursor events, DeletedEvents archived, Seal seal, long end, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var i = 0; i < seal.Count; i++)
        {
            var sequence = seal.SequenceOf(i);
            for (; events.Sequence < sequence && events.Sequence <= end; await events.MoveAsync(cancellationToken))
                yield return Inserted(events, seal);

            if (events.Sequence != sequence)
            {
                // Only a seal that was changed says so, or is out of its place.
                if (sequence <= events.Passed) continue;

                if (archived.Contains(sequence))
                {
                    Report = Report with { Archived = Report.Archived + 1 };
                    continue;
                }

                yield return new ChainFinding(
                    ChainFindingKind.EventRemoved, sequence, null, null, seal.Number, $"event {sequence} was removed{Doubt(seal)}");
                continue;
            }

            if (!events.Matches(seal.DigestOf(i)))
            {
                yield return new ChainFinding(
                    ChainFindingKind.EventChanged, sequence, events.Stream, events.Version, seal.Number,
                    $"event {sequence} was changed: {events.Stream} version {events.Version}{Doubt(seal)}");
            }

            await events.MoveAsync(cancellationToken);
        }

        for (; events.Sequence <= end; await events.MoveAsync(cancellationToken)) yield return Inserted(events, seal);
    }

    /// <summary>
    /// The flag changes by archiving, and so has no part in the digests; but it changes for a stream and all its events at
    /// once.
    /// </summary>
    private static async IAsyncEnumerable<ChainFinding> CompareStreamsAsync(
        NpgsqlConnection connection, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            select e.seq_id, e.stream_id::text, e.version, e.is_archived is true, s.is_archived is true, s.id is null
            from mt_events e
            left join mt_streams s on s.id = e.stream_id
            where s.id is null or (e.is_archived is true) <> (s.is_archived is true)
            order by e.seq_id
            """,
            connection);
        command.CommandTimeout = 0;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var (sequence, version) = (reader.GetInt64(0), reader.GetInt64(2));
            var stream = reader.IsDBNull(1) ? "" : reader.GetString(1);
            var how = reader.GetBoolean(5) ? "has no stream"
                : reader.GetBoolean(3) ? "is archived, its stream is not"
                : "is not archived, its stream is";
            yield return new ChainFinding(
                ChainFindingKind.StreamDiffers, sequence, stream, version, null, $"event {sequence} {how}: {stream} version {version}");
        }
    }

    /// <summary>Until it is disposed of, rows come in the order of a key: a sort would first write the whole log to disk.</summary>
    private static async Task<NpgsqlTransaction> BeginInOrderAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var setting = new NpgsqlCommand("set local enable_sort = off", connection, transaction);
        await setting.ExecuteNonQueryAsync(cancellationToken);
        return transaction;
    }

    private static ChainFinding Inserted(LogCursor events, Seal seal) => new(
        ChainFindingKind.EventInserted, events.Sequence, events.Stream, events.Version, seal.Number,
        $"event {events.Sequence} was inserted: {events.Stream} version {events.Version}{Doubt(seal)}");

    private static string Doubt(Seal seal) => seal.IsIntact ? "" : $", or seal {seal.Number} was";

    private static ChainFinding OfSeal(ChainFindingKind kind, long number, string message) => new(kind, null, null, null, number, message);
}
