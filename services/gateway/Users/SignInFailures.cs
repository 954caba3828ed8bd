using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Identity;
using Npgsql;

namespace AlgoStack.Gateway.Users;

/// <summary>
/// Counts what came to nothing, by name, whether there is such a user or not: a name that cannot be locked would be one that is not
/// there. An attempt is counted before it is looked at, so that any number at once are no more than any number after another.
/// </summary>
internal sealed class SignInFailures(NpgsqlDataSource database, ILookupNormalizer names, TimeProvider clock)
{
    /// <summary>One more, and the name is locked.</summary>
    public const int Allowed = 10;

    /// <summary>From the last attempt; then the count begins anew.</summary>
    public static readonly TimeSpan LockedFor = TimeSpan.FromHours(1);

    /// <returns>How long the name stays locked; null when the attempt may be looked at.</returns>
    public async Task<TimeSpan?> CountAsync(string name, CancellationToken cancellationToken)
    {
        var (hash, now) = (Hash(name), clock.GetUtcNow());
        await using var commands = database.CreateBatch();
        commands.BatchCommands.Add(new NpgsqlBatchCommand(
            """
            insert into sign_in_failures as f (name_hash, failures, last_at) values ($1, 1, $2)
            on conflict (name_hash) do update set failures = case when f.last_at <= $3 then 1 else f.failures + 1 end, last_at = $2
            where f.failures <= $4 or f.last_at <= $3
            returning failures
            """)
        {
            Parameters = { new() { Value = hash }, new() { Value = now }, new() { Value = now - LockedFor }, new() { Value = Allowed } },
        });
        commands.BatchCommands.Add(new NpgsqlBatchCommand("select last_at from sign_in_failures where name_hash = $1") { Parameters = { new() { Value = hash } } });
        await using var reader = await commands.ExecuteReaderAsync(cancellationToken);
        if (await reader.ReadAsync(cancellationToken)) return null;

        await reader.NextResultAsync(cancellationToken);
        // Somebody may have signed in between the two.
        return await reader.ReadAsync(cancellationToken) ? reader.GetFieldValue<DateTimeOffset>(0) + LockedFor - now : TimeSpan.Zero;
    }

    /// <summary>Somebody signed in.</summary>
    public async Task ForgetAsync(string name, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("delete from sign_in_failures where name_hash = $1");
        command.Parameters.Add(new() { Value = Hash(name) });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    // Hashed, because people type their password where the name belongs.
    private byte[] Hash(string name) => SHA256.HashData(Encoding.UTF8.GetBytes(names.NormalizeName(name) ?? ""));
}
