using AlgoStack.Gateway.Door;
using AlgoStack.Gateway.Limits;
using Npgsql;

namespace AlgoStack.Gateway.Bans;

/// <summary>
/// Counts what came to nothing of whoever tried to get in from an address: wrong passwords, codes, links, API keys, refresh tokens,
/// secrets of hooks, and tokens that nobody here has signed. Shared by all instances.
/// </summary>
internal sealed partial class FailedAddresses(NpgsqlDataSource database, RateLimits limits, TimeProvider clock, ILogger<FailedAddresses> logger)
{
    /// <summary>One more within <see cref="Remembered"/> of each other, and the address is banned.</summary>
    public const int Allowed = 10;

    public static readonly TimeSpan BannedFor = TimeSpan.FromHours(1);

    /// <summary>From the last failure; then the count begins anew.</summary>
    public static readonly TimeSpan Remembered = TimeSpan.FromHours(1);

    /// <summary>Somebody failed to get in.</summary>
    public async Task CountAsync(HttpContext context)
    {
        // Who tries the door on purpose is not kept from trying it.
        if (limits.IsLoad(context)) return;

        var (address, now) = (AddressList.CallerOf(context.Connection.RemoteIpAddress), clock.GetUtcNow());
        await using var command = database.CreateCommand(
            """
            insert into address_failures as f (address, failures, last_at) values ($1, 1, $2)
            on conflict (address) do update set
                failures = case when f.last_at <= $3 or f.banned_until <= $2 then 1 else f.failures + 1 end,
                banned_until = case
                    when f.banned_until > $2 then f.banned_until
                    when f.last_at > $3 and f.banned_until is null and f.failures >= $4 then $5
                end,
                last_at = $2
            returning failures, banned_until
            """);
        command.Parameters.Add(new() { Value = address });
        command.Parameters.Add(new() { Value = now });
        command.Parameters.Add(new() { Value = now - Remembered });
        command.Parameters.Add(new() { Value = Allowed });
        command.Parameters.Add(new() { Value = now + BannedFor });
        // Whether the caller still waits or not: who goes before they are told is counted all the same.
        await using var reader = await command.ExecuteReaderAsync(CancellationToken.None);
        if (await reader.ReadAsync(CancellationToken.None) && !reader.IsDBNull(1) && reader.GetInt32(0) == Allowed + 1) LogBanned(address, reader.GetFieldValue<DateTimeOffset>(1));
    }

    /// <returns>How long the address stays banned; null where it is not.</returns>
    public async Task<TimeSpan?> BannedForAsync(HttpContext context)
    {
        if (limits.IsLoad(context)) return null;

        var now = clock.GetUtcNow();
        await using var command = database.CreateCommand("select banned_until from address_failures where address = $1 and banned_until > $2");
        command.Parameters.Add(new() { Value = AddressList.CallerOf(context.Connection.RemoteIpAddress) });
        command.Parameters.Add(new() { Value = now });
        await using var reader = await command.ExecuteReaderAsync(context.RequestAborted);
        return await reader.ReadAsync(context.RequestAborted) ? reader.GetFieldValue<DateTimeOffset>(0) - now : null;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Address} is banned until {Until}: too much from there failed to get in.")]
    private partial void LogBanned(string address, DateTimeOffset until);
}
