using System.Threading.Channels;

namespace AlgoStack.Ingestion.Feeds;

/// <summary>Runs replays in the background: at start those that a stop or crash cut short, then what is asked for.</summary>
internal sealed partial class ReplayRunner(
    SessionStore sessions, IServiceProvider services, DatabaseOutage outage, ILogger<ReplayRunner> logger) : BackgroundService
{
    /// <summary>Replays that run side by side; more wait their turn.</summary>
    public const int MostRunning = 4;

    private readonly Channel<UnfinishedReplay> _asked = Channel.CreateUnbounded<UnfinishedReplay>();
    private readonly SemaphoreSlim _turns = new(MostRunning, MostRunning);

    /// <summary>Takes on a session whose row has been written.</summary>
    public void Take(UnfinishedReplay replay) => _asked.Writer.TryWrite(replay);

    public override void Dispose()
    {
        base.Dispose();
        _turns.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var running = new List<Task>();
        try
        {
            // Asked for before the list was read: in the list too, so not taken twice.
            var known = new HashSet<string>(StringComparer.Ordinal);
            foreach (var replay in await outage.OutlastAsync(sessions.UnfinishedAsync, stoppingToken))
            {
                known.Add(replay.SessionId);
                running.Add(RunAsync(replay, stoppingToken));
            }

            await foreach (var replay in _asked.Reader.ReadAllAsync(stoppingToken))
            {
                running.RemoveAll(r => r.IsCompleted);
                if (known.Add(replay.SessionId)) running.Add(RunAsync(replay, stoppingToken));
            }
        }
        catch (OperationCanceledException)
        {
            // What is not through is taken up at the next start.
        }

        await Task.WhenAll(running);
    }

    private async Task RunAsync(UnfinishedReplay replay, CancellationToken stoppingToken)
    {
        try
        {
            await _turns.WaitAsync(stoppingToken);
            try
            {
                await ActivatorUtilities.CreateInstance<ReplaySession>(services).RunAsync(replay, stoppingToken);
            }
            finally
            {
                _turns.Release();
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            LogPaused(replay.SessionId);
        }
#pragma warning disable CA1031 // One session's fault must not end the others, and its status has to say what it was.
        catch (Exception e)
#pragma warning restore CA1031
        {
            LogBroke(e, replay.SessionId);
            await outage.OutlastAsync(
                token => sessions.EndAsync(replay.SessionId, $"{replay.Replay.File}: {e.Message}", token), stoppingToken);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Session {SessionId} goes on at the next start.")]
    private partial void LogPaused(string sessionId);

    [LoggerMessage(Level = LogLevel.Error, Message = "Session {SessionId} broke.")]
    private partial void LogBroke(Exception exception, string sessionId);
}
