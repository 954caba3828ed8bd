using System.Collections.Frozen;
using AlgoStack.EventStore.Streams;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace AlgoStack.EventStore.Subscriptions;

/// <summary>Why a shard does not run, as <c>stopped_shards</c> has it.</summary>
/// <param name="Sequence">The poison event's.</param>
internal sealed record StoppedShard(string Name, bool IsPoisoned, long? Sequence, string Why, string By, DateTimeOffset Since);

/// <summary>
/// What has been asked of the store's shards, by whichever process: which may not run, and which projections are to be
/// rebuilt. Looked up once a second, and at once after a command of this process.
/// </summary>
internal sealed partial class ShardControl(EventLog log, ILogger logger) : IDisposable
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly TaskCompletionSource _known = NewSignal();
    private TaskCompletionSource _looked = NewSignal();
    private volatile FrozenDictionary<string, StoppedShard> _stopped = FrozenDictionary<string, StoppedShard>.Empty;
    private volatile IReadOnlyList<string> _rebuilds = [];

    /// <summary>Projections to be rebuilt that nobody has given up on.</summary>
    public IReadOnlyList<string> Rebuilds => _rebuilds;

    /// <summary>Done once the first look has succeeded.</summary>
    public Task Known => _known.Task;

    public StoppedShard? Stopped(string shard) => _stopped.GetValueOrDefault(shard);

    /// <summary>Until the next look, or <paramref name="longest"/>.</summary>
    public async Task WaitAsync(TimeSpan longest, CancellationToken cancellationToken)
    {
        try
        {
            await Volatile.Read(ref _looked).Task.WaitAsync(longest, log.Clock, cancellationToken);
        }
        catch (TimeoutException)
        {
            // The caller has something to look after.
        }
    }

    public async Task RunAsync(CancellationToken stopping)
    {
        while (true)
        {
            try
            {
                await LookAsync(stopping);
            }
            catch (Exception e) when (e is NpgsqlException or IOException or InvalidOperationException or TimeoutException)
            {
                LogUnread(e.Message);
            }

            await Task.Delay(LookInterval, log.Clock, stopping);
        }
    }

    /// <summary>The page in hand is finished. A poisoned shard stays poisoned.</summary>
    public async Task PauseAsync(string shard, string why, string by, CancellationToken cancellationToken)
    {
        await using var command = log.Source.CreateCommand(
            "insert into stopped_shards (name, state, why, stopped_by) values ($1, 'paused', $2, $3) on conflict (name) do nothing");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = shard });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = why });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = by });
        await command.ExecuteNonQueryAsync(cancellationToken);
        await LookAsync(cancellationToken);
    }

    /// <summary>False when it was not stopped.</summary>
    public async Task<bool> ResumeAsync(string shard, CancellationToken cancellationToken)
    {
        await using var command = log.Source.CreateCommand("delete from stopped_shards where name = $1");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = shard });
        var wasStopped = await command.ExecuteNonQueryAsync(cancellationToken) > 0;
        await LookAsync(cancellationToken);
        return wasStopped;
    }

    /// <summary>By the shard's owner: the first event after <paramref name="poison"/>'s position is one it cannot take.</summary>
    public async Task StopAsync(string shard, PoisonEventException poison, string[] typeNames, CancellationToken cancellationToken)
    {
        await using var command = log.Source.CreateCommand(
            """
            insert into stopped_shards (name, state, seq_id, why, stopped_by)
            select $1, 'poisoned', min(seq_id), $3, current_setting('application_name')
            from mt_events where seq_id > $2 and (cardinality($4) = 0 or type = any ($4))
            on conflict (name) do update set state = excluded.state, seq_id = excluded.seq_id, why = excluded.why
            """);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = shard });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = poison.Position });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = poison.Message });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = typeNames });
        await command.ExecuteNonQueryAsync(cancellationToken);
        await LookAsync(cancellationToken);
    }

    public async Task LookAsync(CancellationToken cancellationToken)
    {
        // One at a time, so that an older answer never covers a newer one.
        await _turn.WaitAsync(cancellationToken);
        try
        {
            await using var connection = await log.Source.OpenConnectionAsync(cancellationToken);
            await using var batch = new NpgsqlBatch(connection)
            {
                BatchCommands =
                {
                    new NpgsqlBatchCommand("select name, state, seq_id, why, stopped_by, since from stopped_shards"),
                    new NpgsqlBatchCommand("select name from projection_rebuilds where error is null"),
                },
            };
            await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
            var stopped = new Dictionary<string, StoppedShard>(StringComparer.Ordinal);
            while (await reader.ReadAsync(cancellationToken)) stopped.Add(reader.GetString(0), Read(reader));

            await reader.NextResultAsync(cancellationToken);
            var rebuilds = new List<string>();
            while (await reader.ReadAsync(cancellationToken)) rebuilds.Add(reader.GetString(0));

            _stopped = stopped.ToFrozenDictionary(StringComparer.Ordinal);
            _rebuilds = rebuilds;
        }
        finally
        {
            _turn.Release();
        }

        _known.TrySetResult();
        Interlocked.Exchange(ref _looked, NewSignal()).SetResult();
    }

    public void Dispose() => _turn.Dispose();

    private static StoppedShard Read(NpgsqlDataReader reader) => new(
        reader.GetString(0),
        reader.GetString(1) == "poisoned",
        reader.IsDBNull(2) ? null : reader.GetInt64(2),
        reader.GetString(3),
        reader.GetString(4),
        reader.GetFieldValue<DateTimeOffset>(5));

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Pauses, resumes and rebuilds go unheard for now: {Reason}")]
    private partial void LogUnread(string reason);
}
