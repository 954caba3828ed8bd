using System.Security.Cryptography;
using Npgsql;

namespace AlgoStack.Gateway.Hooks;

/// <summary>Which alerts have come, for all instances.</summary>
internal sealed class HookAlerts(NpgsqlDataSource database, TimeProvider clock)
{
    /// <summary>
    /// The name that an alert has for good, which is the same for the same body within the hook's window. It is what names its
    /// order: one that was told twice, or whose answer was lost, is not ordered twice.
    /// </summary>
    /// <returns>An <c>Idempotency-Key</c>.</returns>
    public async Task<string> NameAsync(Hook hook, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        var (hash, now) = (SHA256.HashData(body.Span), clock.GetUtcNow());
        await using var command = database.CreateCommand(
            """
            insert into hook_alerts as a (hook, body_hash, first_at) values ($1, $2, $3)
            on conflict (hook, body_hash) do update set first_at = case when a.first_at <= $4 then $3 else a.first_at end
            returning first_at
            """);
        command.Parameters.Add(new() { Value = hook.Name });
        command.Parameters.Add(new() { Value = hash });
        command.Parameters.Add(new() { Value = now });
        command.Parameters.Add(new() { Value = now - hook.Window });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return $"tradingview-{hook.Name}-{Convert.ToHexStringLower(hash)}-{reader.GetFieldValue<DateTimeOffset>(0).ToUnixTimeMilliseconds()}";
    }
}
