using AlgoStack.Gateway.Audit;
using AlgoStack.Gateway.Tokens;
using Npgsql;

namespace AlgoStack.Gateway.Users;

/// <summary>One-time links that make a user. Who has one chooses a name and a password; the role was chosen for them.</summary>
internal sealed class Invitations(NpgsqlDataSource database, AuditLog audit, TimeProvider clock)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    /// <summary>The path of the page that takes one. The secret is behind the #, which browsers keep to themselves.</summary>
    public static string Link(string secret) => $"/console/join#{secret}";

    public async Task<(string Secret, DateTimeOffset ExpiresAt)> MakeAsync(Role role, Guid invitedBy, Actor by, CancellationToken cancellationToken)
    {
        var secret = Secret.New();
        var expiresAt = clock.GetUtcNow() + Lifetime;
        await audit.CommitAsync(
            new UserInvited(invitedBy, role.Name(), expiresAt, by),
            async (connection, token) =>
            {
                await using var command = new NpgsqlCommand("insert into invitations (hash, role, invited_by, expires_at) values ($1, $2, $3, $4)", connection);
                command.Parameters.Add(new() { Value = Secret.Hash(secret) });
                command.Parameters.Add(new() { Value = role.Name() });
                command.Parameters.Add(new() { Value = invitedBy });
                command.Parameters.Add(new() { Value = expiresAt });
                return await command.ExecuteNonQueryAsync(token) == 1;
            },
            cancellationToken);
        return (secret, expiresAt);
    }

    /// <returns>What user can be made with it now, and who invited them; null: none.</returns>
    public async Task<(Role Role, Guid? By)?> FindOpenAsync(byte[] hash, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("select role, invited_by from invitations where hash = $1 and used_at is null and expires_at > $2");
        command.Parameters.Add(new() { Value = hash });
        command.Parameters.Add(new() { Value = clock.GetUtcNow() });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? (Roles.Read(reader.GetString(0)), reader.IsDBNull(1) ? null : reader.GetGuid(1)) : null;
    }
}
