using System.Threading.Channels;

namespace AlgoStack.Ingestion.Feeds;

/// <summary>Runs sessions over files in the background: at start those that a stop or crash cut short, then what is asked for.</summary>
internal abstract partial class SessionRunner<T>(SessionStore sessions, DatabaseOutage outage, ILogger logger, int mostRunning) : BackgroundService
{
    private readonly Channel<T> _asked = Channel.CreateUnbounded<T>();
    private readonly SemaphoreSlim _turns = new(mostRunning, mostRunning);

    /// <summary>Takes on a session whose row has been written.</summary>
    public void Take(T session) => _asked.Writer.TryWrite(session);

    public override void Dispose()
    {
        base.Dispose();
        _turns.Dispose();
    }

    protected abstract Task<IReadOnlyList<T>> UnfinishedAsync(CancellationToken cancellationToken);

    protected abstract (string SessionId, string File) Name(T session);

    /// <summary>Returns when the session has ended, well or not.</summary>
    protected abstract Task RunAsync(T session, CancellationToken cancellationToken);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var running = new List<Task>();
        try
        {
            // Asked for before the list was read: in the list too, so not taken twice.
            var known = new HashSet<string>(StringComparer.Ordinal);
            foreach (var session in await outage.OutlastAsync(UnfinishedAsync, stoppingToken))
            {
                known.Add(Name(session).SessionId);
                running.Add(InTurnAsync(session, stoppingToken));
            }

            await foreach (var session in _asked.Reader.ReadAllAsync(stoppingToken))
            {
                running.RemoveAll(r => r.IsCompleted);
                if (known.Add(Name(session).SessionId)) running.Add(InTurnAsync(session, stoppingToken));
            }
        }
        catch (OperationCanceledException)
        {
            // What is not through is taken up at the next start.
        }

        await Task.WhenAll(running);
    }

    private async Task InTurnAsync(T session, CancellationToken stoppingToken)
    {
        var (sessionId, file) = Name(session);
        try
        {
            await _turns.WaitAsync(stoppingToken);
            try
            {
                await RunAsync(session, stoppingToken);
            }
            finally
            {
                _turns.Release();
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            LogPaused(logger, sessionId);
        }
#pragma warning disable CA1031 // One session's fault must not end the others, and its status has to say what it was.
        catch (Exception e)
#pragma warning restore CA1031
        {
            LogBroke(logger, e, sessionId);
            await outage.OutlastAsync(token => sessions.EndAsync(sessionId, $"{file}: {e.Message}", token), stoppingToken);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Session {SessionId} goes on at the next start.")]
    private static partial void LogPaused(ILogger logger, string sessionId);

    [LoggerMessage(Level = LogLevel.Error, Message = "Session {SessionId} broke.")]
    private static partial void LogBroke(ILogger logger, Exception exception, string sessionId);
}
