using System.Threading.Channels;
using AlgoStack.EventStore.Streams;
using AlgoStack.Postgres;
using Npgsql;

namespace AlgoStack.Backtest.Backtests;

/// <summary>
/// Backtests that wait, one at a time. The streams are the queue: what was started and neither finished nor broke is
/// taken up again after a restart, from its beginning, by an instance that no other has forestalled.
/// </summary>
public sealed partial class BacktestQueue(
    RunBacktest runner, EventLog log, NpgsqlDataSource source, ServiceDatabase database, TimeProvider clock, ILogger<BacktestQueue> logger)
    : BackgroundService
{
    /// <summary>More than this wait for nobody; the next request is refused.</summary>
    private const int MostWaiting = 100;

    private readonly Channel<BacktestStarted> _waiting = Channel.CreateBounded<BacktestStarted>(MostWaiting);

    /// <summary>Too many wait already.</summary>
    public bool IsFull => _waiting.Reader.Count >= MostWaiting;

    /// <summary>Takes one that is in its stream, once there is room.</summary>
    public ValueTask EnqueueAsync(BacktestStarted started, CancellationToken cancellationToken) => _waiting.Writer.WriteAsync(started, cancellationToken);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        foreach (var id in await UnfinishedAsync(stoppingToken))
        {
            var stream = await log.OpenSession().FetchStreamAsync(id, version: 1, cancellationToken: stoppingToken);
            if (!_waiting.Writer.TryWrite((BacktestStarted)stream[0].Data)) break;
        }

        await foreach (var started in _waiting.Reader.ReadAllAsync(stoppingToken))
        {
            // An instance that starts finds unfinished what another runs, or has in its queue; and one that was asked for
            // while the unfinished were read waits twice.
            await using var owner = database.CreateConnection();
            await owner.OpenAsync(stoppingToken);
            if (!await TryTakeAsync(owner, started.BacktestId, stoppingToken) || await HasEndedAsync(started.BacktestId, stoppingToken)) continue;

            try
            {
                await runner.RunAsync(started, stoppingToken);
            }
#pragma warning disable CA1031 // One backtest that breaks, for whatever reason, must not end those that wait.
            catch (Exception e) when (e is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                LogBroke(e, started.BacktestId);
                await NoteBrokenAsync(started.BacktestId, e.Message, stoppingToken);
            }
        }
    }

    private async Task<List<string>> UnfinishedAsync(CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand(
            $"""
            select stream_id from mt_events e
            where type = 'backtest_started' and not exists (
                select from mt_events f where f.stream_id = e.stream_id and f.type in ('backtest_finished', 'backtest_broke'))
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

    private async Task<bool> HasEndedAsync(string id, CancellationToken cancellationToken)
    {
        var stream = await log.OpenSession().FetchStreamAsync(BacktestStarted.StreamOf(id), cancellationToken: cancellationToken);
        return stream is [.., { Data: BacktestFinished or BacktestBroke }];
    }

    private async Task NoteBrokenAsync(string id, string reason, CancellationToken cancellationToken)
    {
        var session = log.OpenSession();
        session.Append(BacktestStarted.StreamOf(id), new BacktestBroke(id, reason, clock.GetUtcNow()));
        await session.SaveChangesAsync(cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Backtest {BacktestId} broke.")]
    private partial void LogBroke(Exception exception, string backtestId);
}
