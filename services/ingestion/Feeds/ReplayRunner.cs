namespace AlgoStack.Ingestion.Feeds;

/// <summary>Runs replays in the background.</summary>
internal sealed class ReplayRunner(SessionStore sessions, IServiceProvider services, DatabaseOutage outage, ILogger<ReplayRunner> logger)
    : SessionRunner<UnfinishedReplay>(sessions, outage, logger, MostRunning)
{
    /// <summary>Replays that run side by side; more wait their turn.</summary>
    public const int MostRunning = 4;

    private readonly SessionStore _sessions = sessions;

    protected override Task<IReadOnlyList<UnfinishedReplay>> UnfinishedAsync(CancellationToken cancellationToken) =>
        _sessions.UnfinishedAsync(cancellationToken);

    protected override (string SessionId, string File) Name(UnfinishedReplay session) => (session.SessionId, session.Replay.File);

    protected override Task RunAsync(UnfinishedReplay session, CancellationToken cancellationToken) =>
        ActivatorUtilities.CreateInstance<ReplaySession>(services).RunAsync(session, cancellationToken);
}
