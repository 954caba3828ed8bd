using AlgoStack.Ingestion.Feeds;

namespace AlgoStack.Ingestion.Imports;

/// <summary>Runs imports in the background. One that was cut short begins anew: what it had written is not written again.</summary>
internal sealed class ImportRunner(SessionStore sessions, IServiceProvider services, DatabaseOutage outage, ILogger<ImportRunner> logger)
    : SessionRunner<UnfinishedImport>(sessions, outage, logger, MostRunning)
{
    /// <summary>Imports that run side by side; more wait their turn. Each holds a window of its file in memory.</summary>
    public const int MostRunning = 2;

    private readonly SessionStore _sessions = sessions;

    protected override Task<IReadOnlyList<UnfinishedImport>> UnfinishedAsync(CancellationToken cancellationToken) =>
        _sessions.UnfinishedImportsAsync(cancellationToken);

    protected override (string SessionId, string File) Name(UnfinishedImport session) => (session.SessionId, session.Import.File);

    protected override Task RunAsync(UnfinishedImport session, CancellationToken cancellationToken) =>
        ActivatorUtilities.CreateInstance<ImportSession>(services).RunAsync(session, cancellationToken);
}
