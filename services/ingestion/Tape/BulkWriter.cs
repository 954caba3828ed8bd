using AlgoStack.Ingestion.Feeds;
using Npgsql;

namespace AlgoStack.Ingestion.Tape;

/// <summary>Writes more rows than one write has best, through whatever happens to the database meanwhile.</summary>
internal sealed class BulkWriter(TapeWriter tape, DatabaseOutage outage)
{
    /// <summary>Returns when all of it outlasts a crash; one before leaves the first of the pieces, each whole.</summary>
    /// <param name="pieces">One write each; the next is put together while the database takes the one before.</param>
    /// <param name="alongside">What is committed with a piece.</param>
    public async Task WriteAsync(
        IEnumerable<TapeRows> pieces, Func<TapeRows, TapeWrite, NpgsqlBatchCommand> alongside, CancellationToken cancellationToken)
    {
        using var next = pieces.GetEnumerator();
        for (var more = next.MoveNext(); more;)
        {
            var rows = next.Current;
            more = next.MoveNext();
            var writing = outage.OutlastAsync(
                token => tape.WriteAsync(
                    rows, record: true, durable: !more, write => Task.FromResult<IReadOnlyList<NpgsqlBatchCommand>>([alongside(rows, write)]), token),
                cancellationToken);
            if (more) next.Current.Hash();
            await writing;
        }
    }
}
