using AlgoStack.Gateway.Bans;
using AlgoStack.Gateway.Users;
using Npgsql;

namespace AlgoStack.Gateway.Sessions;

/// <summary>
/// Removes what is over: sessions a week after they could last be used, with their refresh tokens, links, counts of
/// failures, and keys. A round that fails is left to the next.
/// </summary>
internal sealed partial class RemoveEnded(NpgsqlDataSource database, TimeProvider clock, ILogger<RemoveEnded> logger) : BackgroundService
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
        await commands.ExecuteNonQueryAsync(cancellationToken);

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
