using AlgoStack.BarFiles;
using AlgoStack.Contracts.MarketData;
using AlgoStack.Ingestion.Feeds;
using AlgoStack.Ingestion.Instruments;
using AlgoStack.Ingestion.Providers.Replay;
using AlgoStack.Ingestion.Quality;
using AlgoStack.Ingestion.Tape;
using AlgoStack.Ingestion.Tape.Kinds;

namespace AlgoStack.Ingestion.Imports;

/// <summary>Puts one file on the tape, from its first row to its account. Run again it changes nothing.</summary>
internal sealed partial class ImportSession(
    SessionStore sessions,
    InstrumentRegistry instruments,
    SeriesRegistry series,
    BulkWriter tape,
    DatabaseOutage outage,
    TimeProvider clock,
    ILogger<ImportSession> logger)
{
    // Clocks differ, and a row of today may be stamped at the day's end.
    private static readonly TimeSpan Ahead = TimeSpan.FromDays(1);

    /// <summary>Returns when the session has ended, well or not.</summary>
    public async Task RunAsync(UnfinishedImport session, CancellationToken cancellationToken)
    {
        var (sessionId, import) = session;
        await outage.OutlastAsync(token => sessions.ImportingAsync(sessionId, token), cancellationToken);
        var kind = TapeKinds.Find(import.Kind) ?? throw new InvalidOperationException($"There is no kind '{import.Kind}'.");
        FileAccount account;
        try
        {
            account = kind == Bars.Kind
                ? await ImportBarsAsync(sessionId, import, cancellationToken)
                : await ImportKindAsync(sessionId, import, kind, cancellationToken);
        }
        catch (BarFileException e)
        {
            account = new FileAccount(0, 0, 0, new Quarantine(), null, null, e.Message);
        }

        await outage.OutlastAsync(token => sessions.ReadAsync(sessionId, account, token), cancellationToken);
        await outage.OutlastAsync(token => sessions.EndAsync(sessionId, account.Failure, token), cancellationToken);
        LogImported(sessionId, import.Kind, account.Read, account.Accepted, account.Duplicates, account.Quarantined.Total);
    }

    private async Task<FileAccount> ImportBarsAsync(string sessionId, StartImport import, CancellationToken cancellationToken)
    {
        var replay = new StartReplay(import.File, "max", import.Timeframe, import.Venue);
        using var data = await Task.Run(() => ReplayData.From(replay, clock.GetUtcNow(), cancellationToken), cancellationToken);
        if (data.Accepted > 0)
        {
            await outage.OutlastAsync(token => instruments.EnsureAsync(data.Instruments, token), cancellationToken);
            int[] ids = [.. data.Instruments.Select(i => instruments[i.Id.Value].Id)];
            await WriteAsync(sessionId, data.Bars().Chunk(TapeWriter.MostRows).Select(bars => Bars.Rows(bars, data.Timeframe, ids)), cancellationToken);
        }

        return data.Account;
    }

    private async Task<FileAccount> ImportKindAsync(string sessionId, StartImport import, TapeKind kind, CancellationToken cancellationToken)
    {
        using var file = KindFile.Open(import.File, kind, import.Venue, clock.GetUtcNow() + Ahead);
        foreach (var window in file.Windows(cancellationToken))
        {
            var ids = await outage.OutlastAsync(token => IdsAsync(kind, file.Subjects, token), cancellationToken);
            await WriteAsync(sessionId, (window with { Subjects = ids }).Cut(TapeWriter.MostRows), cancellationToken);
        }

        var failure = file.Failure?.Message
            ?? (file.Accepted > 0 ? null : $"{import.File}: no usable row among {file.Read} ({file.Quarantined}).");
        return new FileAccount(file.Read, file.Accepted, file.Duplicates, file.Quarantined, null, null, failure);
    }

    private async Task<int[]> IdsAsync(TapeKind kind, IReadOnlyList<KindFile.Subject> subjects, CancellationToken cancellationToken)
    {
        if (!kind.IsOfInstruments) return await series.EnsureAsync([.. subjects.Select(s => s.Name)], cancellationToken);

        await instruments.EnsureAsync(subjects.Select(s => s.Instrument!), cancellationToken);
        return [.. subjects.Select(s => instruments[s.Name].Id)];
    }

    private Task WriteAsync(string sessionId, IEnumerable<TapeRows> pieces, CancellationToken cancellationToken) =>
        tape.WriteAsync(pieces, (rows, write) => SessionStore.ImportedCommand(sessionId, rows, write), cancellationToken);

    [LoggerMessage(Level = LogLevel.Information, Message = "Session {SessionId}: {Read} rows of {Kind} read, {Accepted} accepted, {Duplicates} duplicates, {Quarantined} quarantined.")]
    private partial void LogImported(string sessionId, string kind, long read, long accepted, long duplicates, long quarantined);
}
