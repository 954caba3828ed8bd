using AlgoStack.EventStore.Streams;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace AlgoStack.EventStore.Subscriptions;

/// <summary>
/// Tells other processes of commits, and hears of theirs. NOTIFY goes on a connection of its own, never inside an append,
/// where it would serialise commits; many commits are one ring. It only wakes: polling is the truth.
/// </summary>
internal sealed partial class CommitBell(EventLog log, ILogger logger)
{
    // At most 200 rings a second.
    private static readonly TimeSpan BetweenRings = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    // Process ids repeat from container to container.
    private readonly string _own = Guid.NewGuid().ToString("N");

    public async Task RingAsync(CancellationToken stopping)
    {
        await foreach (var _ in log.Commits.ReadAllAsync(stopping))
        {
            try
            {
                // A ring is no data: it need not reach the disk.
                await using var command = log.Source.CreateCommand(
                    "select set_config('synchronous_commit', 'off', true), pg_notify($1, $2)");
                command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = log.Channel });
                command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = _own });
                await command.ExecuteNonQueryAsync(stopping);
            }
            catch (Exception e) when (e is NpgsqlException or IOException or InvalidOperationException)
            {
                LogSilent(log.Channel, e.Message);
            }

            await Task.Delay(BetweenRings, log.Clock, stopping);
        }
    }

    public async Task ListenAsync(CancellationToken stopping)
    {
        while (true)
        {
            try
            {
                await using var connection = log.Database.CreateConnection();
                await connection.OpenAsync(stopping);
                connection.Notification += (_, e) =>
                {
                    if (e.Payload != _own) log.Wake();
                };
#pragma warning disable CA2100 // The channel is made of the schema's name, which is checked.
                await using var listen = new NpgsqlCommand($"listen {log.Channel}", connection);
#pragma warning restore CA2100
                await listen.ExecuteNonQueryAsync(stopping);
                while (true) await connection.WaitAsync(stopping);
            }
            catch (Exception e) when (e is NpgsqlException or IOException or InvalidOperationException)
            {
                LogSilent(log.Channel, e.Message);
                await Task.Delay(Retry, log.Clock, stopping);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Commits on {Channel} go untold for now: {Reason}")]
    private partial void LogSilent(string channel, string reason);
}
