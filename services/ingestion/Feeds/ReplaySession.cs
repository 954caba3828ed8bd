using AlgoStack.BarFiles;
using AlgoStack.Ingestion.Instruments;
using AlgoStack.Ingestion.Providers.Replay;
using AlgoStack.Ingestion.Tape;
using AlgoStack.ServiceDefaults.Messaging;

namespace AlgoStack.Ingestion.Feeds;

/// <summary>
/// Runs a replay from its file to its last announced batch. Killed at any point it is run again: the file gives the same
/// batches, those in the journal are passed over, and the announcement goes on where it had come to.
/// </summary>
internal sealed partial class ReplaySession(
    SessionStore sessions,
    InstrumentRegistry instruments,
    BatchJournal journal,
    BatchReader reader,
    OrderedPublisher publisher,
    DatabaseOutage outage,
    TimeProvider clock,
    ILogger<ReplaySession> logger)
{
    /// <summary>Returns when the session has ended, well or not.</summary>
    public async Task RunAsync(UnfinishedReplay replay, CancellationToken cancellationToken)
    {
        var sessionId = replay.SessionId;
        var progress = await outage.OutlastAsync(
            token => sessions.ProgressAsync(sessionId, BatchCutter.Partition, token), cancellationToken);
        var announcement = new Announcement(sessionId, progress, publisher, reader, sessions, outage, clock);

        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var announcing = announcement.RunAsync(ended.Token);
        try
        {
            var writing = WriteAllAsync(replay, progress.Journaled, announcement, ended.Token);
            // The announcement ends by failing alone, and then nobody makes room for the writer.
            await await Task.WhenAny(writing, announcing);
            var error = await writing;
            await outage.OutlastAsync(token => sessions.EndAsync(sessionId, error, token), cancellationToken);
            if (error is null) LogCompleted(sessionId);
            else LogFailed(sessionId, error);
        }
        finally
        {
            await ended.CancelAsync();
            await announcing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<string?> WriteAllAsync(
        UnfinishedReplay replay, long journaled, Announcement announcement, CancellationToken cancellationToken)
    {
        var error = replay.JournalEnded ? null : await ReadAndWriteAsync(replay, journaled, announcement, cancellationToken);
        await announcement.IsThroughAsync(cancellationToken);
        return error;
    }

    /// <summary>Reads the file and journals what is not journaled yet. Gives the reason when that cannot be.</summary>
    private async Task<string?> ReadAndWriteAsync(
        UnfinishedReplay replay, long journaled, Announcement announcement, CancellationToken cancellationToken)
    {
        await outage.OutlastAsync(token => sessions.ReadingAsync(replay.SessionId, token), cancellationToken);
        ReplayData data;
        try
        {
            data = await Task.Run(() => ReplayData.From(replay.Replay, clock.GetUtcNow(), cancellationToken), cancellationToken);
        }
        catch (BarFileException e)
        {
            return e.Message;
        }

        using (data)
        {
            if (replay.ContentHash is { } hash && hash != data.Hash.ToString())
            {
                return $"{replay.Replay.File}: the file has changed since the session began; batches after {journaled} cannot be told.";
            }

            await outage.OutlastAsync(token => sessions.ReadAsync(replay.SessionId, data.Account, token), cancellationToken);
            LogRead(replay.SessionId, data.Read, data.Accepted, data.Duplicates, data.Refused);
            if (data.Accepted == 0) return data.Failure?.Message;

            await outage.OutlastAsync(token => instruments.EnsureAsync(data.Instruments, token), cancellationToken);
            await WriteBatchesAsync(replay, data, journaled, announcement, cancellationToken);
            return data.Failure?.Message;
        }
    }

    private async Task WriteBatchesAsync(
        UnfinishedReplay replay, ReplayData data, long journaled, Announcement announcement, CancellationToken cancellationToken)
    {
        if (!ReplayPace.TryParse(replay.Replay.Speed, out var pace))
        {
            throw new InvalidOperationException($"Session {replay.SessionId}: no speed '{replay.Replay.Speed}'.");
        }

        var cutter = new BatchCutter(replay.SessionId, data.Timeframe, data.Instruments, instruments);
        var flags = new BatchFlags(replay.SessionId, data.Timeframe);
        long? previousMs = null;
        foreach (var batch in cutter.Cut(data.Bars(), oneInstant: !pace.IsMax))
        {
            // Passed over batches are looked at too: the flags of the next depend on them.
            var flagged = flags.Of(batch);
            if (batch.Sequence > journaled)
            {
                var pause = pace.Before(batch.Bars.CloseMs[0], previousMs, clock.GetUtcNow());
                if (pause > TimeSpan.Zero) await Task.Delay(pause, clock, cancellationToken);
                await announcement.HasRoomAsync(cancellationToken);
                await journal.WriteAsync(batch, record: true, flagged, cancellationToken);
                announcement.Journaled(batch);
            }

            previousMs = batch.Bars.CloseMs[^1];
        }

        LogFlags(replay.SessionId, flags.Gaps, flags.Jumps);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Session {SessionId}: {Read} rows read, {Accepted} accepted, {Duplicates} duplicates, {Quarantined} quarantined.")]
    private partial void LogRead(string sessionId, long read, long accepted, long duplicates, long quarantined);

    [LoggerMessage(Level = LogLevel.Information, Message = "Session {SessionId}: {Gaps} gaps and {Jumps} jumps among the accepted bars.")]
    private partial void LogFlags(string sessionId, long gaps, long jumps);

    [LoggerMessage(Level = LogLevel.Information, Message = "Session {SessionId} is through.")]
    private partial void LogCompleted(string sessionId);

    [LoggerMessage(Level = LogLevel.Error, Message = "Session {SessionId} failed: {Error}")]
    private partial void LogFailed(string sessionId, string error);
}
