using AlgoStack.Contracts.MarketData;
using AlgoStack.Ingestion.Feeds;
using Npgsql;

namespace AlgoStack.Ingestion.Tape;

/// <summary>Writes a batch once, through whatever happens to the database meanwhile.</summary>
internal sealed class BatchJournal(TapeWriter tape, SessionStore sessions, NoticePublisher notices, DatabaseOutage outage)
{
    /// <param name="record">As in <see cref="TapeWriter.WriteAsync"/>.</param>
    public async Task WriteAsync(BarsClosed batch, bool record, IReadOnlyList<Notice> flagged, CancellationToken cancellationToken)
    {
        var again = false;
        await outage.OutlastAsync(
            async token =>
            {
                // An outage may have hidden that the commit went through.
                if (again && await IsJournaledAsync(batch, token)) return;

                again = true;
                try
                {
                    await tape.WriteAsync(batch, record, flagged, token);
                }
                catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)
                {
                    // Or it was still under way when we looked.
                    if (!await IsJournaledAsync(batch, token)) throw;
                }
            },
            cancellationToken);
        if (flagged.Count > 0) notices.Wake();
    }

    private async Task<bool> IsJournaledAsync(BarsClosed batch, CancellationToken cancellationToken) =>
        (await sessions.ProgressAsync(batch.SessionId, batch.Partition, cancellationToken)).Journaled >= batch.Sequence;
}
