using AlgoStack.EventStore.Streams;
using AlgoStack.Gateway.Audit;
using AlgoStack.Gateway.Bans;
using AlgoStack.Gateway.Users;
using Npgsql;

namespace AlgoStack.Gateway.Sessions;

/// <summary>
/// Removes what is over: sessions a week after they could last be used, with their refresh tokens, links, counts of
/// failures, keys, and places. Streams of changes are closed. A round that fails is left to the next.
/// </summary>
internal sealed partial class RemoveEnded(NpgsqlDataSource database, EventLog log, TimeProvider clock, ILogger<RemoveEnded> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);
    private static readonly TimeSpan Kept = TimeSpan.FromDays(7);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var commands = database.CreateBatch();
        Add("delete from sessions where expires_at < $1", now - Kept);
        Add("delete from invitations where expires_at < $1", now - Kept);
        Add("delete from sign_in_failures where last_at <= $1", now - SignInFailures.LockedFor);
        Add("delete from address_failures where last_at <= $1", now - FailedAddresses.Remembered);
        Add("delete from hook_alerts where first_at < $1", now - Kept);
        Add("delete from signing_keys where verifies_until < $1", now - Kept);
        Add("delete from api_key_secrets where expires_at < $1", now - Kept);
        Add("delete from api_keys k where revoked_at < $1 or not exists (select from api_key_secrets s where s.key_id = k.key_id)", now - Kept);
        Add("delete from places where last_seen_at < $1", now - PlaceTable.Kept);
        Add("delete from places where user_id is null and last_seen_at < $1", now - PlaceTable.KeptOfNobody);
        await commands.ExecuteNonQueryAsync(cancellationToken);

        // Nothing is added to what was changed on a day by then, so that it can leave the log once it is old enough.
        var session = log.OpenSession();
        for (var day = now - (2 * Kept); day < now - Kept; day += TimeSpan.FromDays(1)) session.ArchiveStream(AuditLog.ChangesOf(day));
        await session.SaveChangesAsync(cancellationToken);

        void Add(string sql, DateTimeOffset before)
        {
#pragma warning disable CA2100 // One of those above.
            commands.BatchCommands.Add(new NpgsqlBatchCommand(sql) { Parameters = { new() { Value = before } } });
#pragma warning restore CA2100
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        do
        {
            try
            {
                await RunAsync(stoppingToken);
            }
            catch (NpgsqlException e)
            {
                LogFailed(e, Interval.TotalHours);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "What is over of sessions stays for {Hours} hour more.")]
    private partial void LogFailed(Exception exception, double hours);
}
