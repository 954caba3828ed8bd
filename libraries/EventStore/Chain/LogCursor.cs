using AlgoStack.Postgres;
using Npgsql;

namespace AlgoStack.EventStore.Chain;

/// <summary>Goes through all events as they are now, in the order of the log, one at a time.</summary>
internal sealed class LogCursor : IAsyncDisposable
{
    private const int StreamId = 2;
    private const int StreamVersion = 3;

    private readonly RowDigest _digest = RowDigest.OfEvents();
    private readonly CopyReader _rows;

    private LogCursor(CopyReader rows) => _rows = rows;

    /// <summary>Where it stands; <see cref="long.MaxValue"/> after the last event.</summary>
    public long Sequence { get; private set; }

    /// <summary>Where it stood before.</summary>
    public long Passed { get; private set; }

    public string Stream => _rows.Text(StreamId);

    public long Version => _rows.Int64(StreamVersion);

    /// <summary>Begins at the first event.</summary>
    public static async Task<LogCursor> BeginAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var cursor = new LogCursor(await CopyReader.BeginAsync(
            connection, $"copy (select {RowDigest.EventColumns} from mt_events order by seq_id) to stdout (format binary)", cancellationToken));
        await cursor.MoveAsync(cancellationToken);
        return cursor;
    }

    public async ValueTask MoveAsync(CancellationToken cancellationToken)
    {
        Passed = Sequence;
        Sequence = await _rows.ReadAsync(cancellationToken) ? _rows.Int64(0) : long.MaxValue;
    }

    public bool Matches(ReadOnlySpan<byte> digest) => _digest.Matches(_rows, digest);

    public ValueTask DisposeAsync() => _rows.DisposeAsync();
}
