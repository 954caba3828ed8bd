using System.Threading.Channels;
using AlgoStack.EventStore.Streams;
using AlgoStack.Postgres;
using Npgsql;

namespace AlgoStack.Backtest.Backtests;

/// <summary>
/// Backtests that wait, one at a time. The streams are the queue: what was started and has not ended is taken up again after
/// a restart, from its beginning, by one instance of the service.
/// </summary>
public sealed partial class BacktestQueue(
    RunBacktest runner,
    EventLog log,
    BacktestTable backtests,
    NpgsqlDataSource source,
    ServiceDatabase database,
    TimeProvider clock,
    ILogger<BacktestQueue> logger)
    : BackgroundService
{
    /// <summary>More than this wait for nobody; the next request is refused.</summary>
    private const int MostWaiting = 100;

    private readonly Channel<BacktestStarted> _waiting = Channel.CreateBounded<BacktestStarted>(MostWaiting);
    private readonly Lock _lock = new();
    private (string BacktestId, CancellationTokenSource Stop)? _current;

    /// <summary>Too many wait already.</summary>
    public bool IsFull => _waiting.Reader.Count >= MostWaiting;

    /// <summary>Takes one that is in its stream, once there is room.</summary>
    public ValueTask EnqueueAsync(BacktestStarted started, CancellationToken cancellationToken) => _waiting.Writer.WriteAsync(started, cancellationToken);

    /// <summary>Stops the backtest where it is the one that runs; its stream says already that it has ended.</summary>
    public void Stop(string backtestId)
    {
        lock (_lock)
        {
            if (_current is { } current && current.BacktestId == backtestId) current.Stop.Cancel();
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        foreach (var id in await UnfinishedAsync(stoppingToken))
        {
            var stream = await log.OpenSession().FetchStreamAsync(id, version: 1, cancellationToken: stoppingToken);
            if (!_waiting.Writer.TryWrite((BacktestStarted)stream[0].Data)) break;
        }

        await foreach (var started in _waiting.Reader.ReadAllAsync(stoppingToken))
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
            lock (_lock) _current = (started.BacktestId, stop);
            try
            {
                await RunAsync(started, stop.Token, stoppingToken);
            }
            finally
            {
                lock (_lock) _current = null;
            }
        }
    }

    private async Task RunAsync(BacktestStarted started, CancellationToken stop, CancellationToken stoppingToken)
    {
        // An instance that starts finds unfinished what another runs, or has in its queue.
        await using var owner = database.CreateConnection();
        await owner.OpenAsync(stoppingToken);
        if (!await TryTakeAsync(owner, started.BacktestId, stoppingToken)) return;

        // One that was asked for while the unfinished were read waits twice; one may be canceled while it waits.
        if (await HasEndedAsync(started.BacktestId, stoppingToken)) return;

        try
        {
            await runner.RunAsync(started, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested && !stoppingToken.IsCancellationRequested)
        {
            LogStopped(started.BacktestId);
        }
        catch (ConcurrencyException e)
        {
            LogLeft(started.BacktestId, e.Message);
        }
#pragma warning disable CA1031 // One backtest that breaks, for whatever reason, must not end those that wait.
        catch (Exception e) when (e is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            LogBroke(e, started.BacktestId);
            await NoteBrokenAsync(started.BacktestId, e.Message, stoppingToken);
        }
    }

    private async Task<List<string>> UnfinishedAsync(CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand(
            $"""
            select stream_id from mt_events e
            where type = 'backtest_started' and not exists (
                select from mt_events f
                where f.stream_id = e.stream_id and f.type in ('backtest_finished', 'backtest_broke', 'backtest_canceled'))
            order by seq_id
            limit {MostWaiting}
            """);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var streams = new List<string>();
        while (await reader.ReadAsync(cancellationToken)) streams.Add(reader.GetString(0));
        return streams;
    }

    /// <summary>Takes the backtest for as long as the connection lives; false when another has it.</summary>
    private async Task<bool> TryTakeAsync(NpgsqlConnection owner, string id, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("select pg_try_advisory_lock($1)", owner);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = database.LockKey(BacktestStarted.StreamOf(id)) });
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    private async Task<bool> HasEndedAsync(string id, CancellationToken cancellationToken) =>
        await backtests.FindAsync(id, cancellationToken) is { HasEnded: true };

    private async Task NoteBrokenAsync(string id, string reason, CancellationToken cancellationToken)
    {
        var stream = BacktestStarted.StreamOf(id);
        var state = await log.OpenSession().FetchStreamStateAsync(stream, cancellationToken);
        if (await HasEndedAsync(id, cancellationToken)) return;

        try
        {
            var session = log.OpenSession();
            session.Append(stream, state?.Version ?? 0, [new BacktestBroke(id, reason, clock.GetUtcNow())]);
            await session.SaveChangesAsync(cancellationToken);
        }
        catch (ConcurrencyException e)
        {
            LogLeft(id, e.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Backtest {BacktestId} broke.")]
    private partial void LogBroke(Exception exception, string backtestId);

    [LoggerMessage(Level = LogLevel.Information, Message = "Backtest {BacktestId} was canceled.")]
    private partial void LogStopped(string backtestId);

    [LoggerMessage(Level = LogLevel.Information, Message = "Backtest {BacktestId} was ended or taken over elsewhere: {Reason}")]
    private partial void LogLeft(string backtestId, string reason);
}
