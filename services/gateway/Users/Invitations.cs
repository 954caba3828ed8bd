using AlgoStack.Gateway.Tokens;
using Npgsql;

namespace AlgoStack.Gateway.Users;

/// <summary>One-time links that make a user. Who has one chooses a name and a password; the role was chosen for them.</summary>
internal sealed class Invitations(NpgsqlDataSource database, TimeProvider clock)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    /// <summary>The path of the page that takes one. The secret is behind the #, which browsers keep to themselves.</summary>
    public static string Link(string secret) => $"/console/join#{secret}";

    public async Task<(string Secret, DateTimeOffset ExpiresAt)> MakeAsync(Role role, Guid invitedBy, CancellationToken cancellationToken)
    {
        var secret = Secret.New();
        var expiresAt = clock.GetUtcNow() + Lifetime;
        await using var command = database.CreateCommand("insert into invitations (hash, role, invited_by, expires_at) values ($1, $2, $3, $4)");
        command.Parameters.Add(new() { Value = Secret.Hash(secret) });
        command.Parameters.Add(new() { Value = role.Name() });
        command.Parameters.Add(new() { Value = invitedBy });
        command.Parameters.Add(new() { Value = expiresAt });
        await command.ExecuteNonQueryAsync(cancellationToken);
        return (secret, expiresAt);
    }

    /// <summary>Whether a user can be made with it now.</summary>
    public async Task<bool> IsOpenAsync(byte[] hash, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select exists (select from invitations where hash = $1 and used_at is null and expires_at > $2)");
        command.Parameters.Add(new() { Value = hash });
        command.Parameters.Add(new() { Value = clock.GetUtcNow() });
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }
}
