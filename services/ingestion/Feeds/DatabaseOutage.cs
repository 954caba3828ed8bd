using System.Net.Sockets;
using Npgsql;

namespace AlgoStack.Ingestion.Feeds;

/// <summary>Waits out a database that is away. Only for work that may be done again.</summary>
internal sealed partial class DatabaseOutage(TimeProvider clock, ILogger<DatabaseOutage> logger)
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(2);

    /// <summary>Does the work, again after each outage, until it is done or fails for another reason.</summary>
    public async Task<T> OutlastAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        for (var delay = FirstDelay; ; delay = delay * 2 < LongestDelay ? delay * 2 : LongestDelay)
        {
            try
            {
                return await work(cancellationToken);
            }
            catch (Exception e) when (IsOutage(e) && !cancellationToken.IsCancellationRequested)
            {
                LogWaiting(e.Message);
                await Task.Delay(delay, clock, cancellationToken);
            }
        }
    }

    public Task OutlastAsync(Func<CancellationToken, Task> work, CancellationToken cancellationToken) =>
        OutlastAsync(
            async token =>
            {
                await work(token);
                return true;
            },
            cancellationToken);

    /// <summary>Whether the server or the way to it failed, rather than what was asked of it.</summary>
    public static bool IsOutage(Exception exception) => exception switch
    {
        // Connections, resources, operator intervention, system errors; serialisation and deadlock; a lock not to be had.
        PostgresException e => e.SqlState[..2] is "08" or "53" or "57" or "58" || e.SqlState is "40001" or "40P01" or "55P03",
        NpgsqlException => true,
        SocketException or IOException or TimeoutException => true,
        _ => false,
    };

    [LoggerMessage(Level = LogLevel.Warning, Message = "PostgreSQL is away, trying again: {Reason}")]
    private partial void LogWaiting(string reason);
}
