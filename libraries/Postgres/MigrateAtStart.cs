using System.Net.Sockets;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace AlgoStack.Postgres;

/// <summary>
/// Brings the schema up to date before any other part of the service starts, whatever the order of registration, and
/// waits for a server that is starting too.
/// </summary>
internal sealed partial class MigrateAtStart(
    Migrator migrator, IEnumerable<MigrationSource> sources, TimeProvider clock, ILogger<MigrateAtStart> logger) : IHostedLifecycleService
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(5);

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        for (var delay = FirstDelay; ; delay = delay * 2 < LongestDelay ? delay * 2 : LongestDelay)
        {
            try
            {
                await migrator.MigrateAsync(sources, cancellationToken);
                return;
            }
            catch (NpgsqlException e) when (MayPass(e) && clock.GetElapsedTime(started) < LongestWait)
            {
                LogWaiting(e.Message);
                await Task.Delay(delay, clock, cancellationToken);
            }
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static bool MayPass(NpgsqlException e) =>
        e is PostgresException
        {
            SqlState: PostgresErrorCodes.CannotConnectNow or PostgresErrorCodes.AdminShutdown
                or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.TooManyConnections
                // A table that a migration changes is busy.
                or PostgresErrorCodes.LockNotAvailable,
        } ||
        e.InnerException is SocketException or IOException or TimeoutException;

    [LoggerMessage(Level = LogLevel.Warning, Message = "The schema cannot be brought up to date yet: {Reason}")]
    private partial void LogWaiting(string reason);
}
