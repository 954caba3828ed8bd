using AlgoStack.Gateway.Audit;
using AlgoStack.Gateway.Sessions;
using Microsoft.AspNetCore.Identity;
using Npgsql;
using NpgsqlTypes;

namespace AlgoStack.Gateway.Users;

/// <summary>Users in PostgreSQL, for ASP.NET Core Identity, which has the rules of names and passwords.</summary>
internal sealed class UserStore(NpgsqlDataSource database, AuditLog audit, TimeProvider clock) : IUserPasswordStore<User>
{
    private const string Columns = "user_id, name, normalized_name, password_hash, role, version, disabled_at is not null";

    /// <summary>
    /// Uses up the user's invitation and makes the user in one statement: of two who come with one link, one is made.
    /// </summary>
    /// <returns>Failed with <see cref="AcceptInvitation.Invalid"/> where the link is used or over, and for a name that is taken.</returns>
    public async Task<IdentityResult> CreateAsync(User user, CancellationToken cancellationToken)
    {
        try
        {
            return await audit.CommitAsync(user.Why!, (connection, token) => InsertAsync(connection, user, token), cancellationToken)
                ? IdentityResult.Success
                : IdentityResult.Failed(AcceptInvitation.Invalid);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            return IdentityResult.Failed(new IdentityErrorDescriber().DuplicateUserName(user.Name));
        }
    }

    /// <summary>Stores what was changed. Where it is to be known why, every session ends but the one that did it.</summary>
    public async Task<IdentityResult> UpdateAsync(User user, CancellationToken cancellationToken)
    {
        var isStored = user.Why is { } why
            ? await audit.CommitAsync(why, async (connection, token) =>
            {
                await SessionTable.RevokeAllAsync(connection, user.Id, why.By.SessionId, clock.GetUtcNow(), token);
                return await UpdateAsync(connection, user, token);
            }, cancellationToken)
            : await UpdateAloneAsync(user, cancellationToken);
        if (!isStored) return IdentityResult.Failed(new IdentityErrorDescriber().ConcurrencyFailure());

        (user.Version, user.Why) = (user.Version + 1, null);
        return IdentityResult.Success;
    }

    /// <exception cref="NotSupportedException">Always: <see cref="UserTable"/> does, which knows whether it may.</exception>
    public Task<IdentityResult> DeleteAsync(User user, CancellationToken cancellationToken) => throw new NotSupportedException("UserTable deletes users.");

    public Task<User?> FindByIdAsync(string userId, CancellationToken cancellationToken) =>
        Guid.TryParse(userId, out var id) ? FindAsync("user_id", id, cancellationToken) : Task.FromResult<User?>(null);

    public Task<User?> FindByNameAsync(string normalizedUserName, CancellationToken cancellationToken) =>
        FindAsync("normalized_name", normalizedUserName, cancellationToken);

    public Task<string> GetUserIdAsync(User user, CancellationToken cancellationToken) => Task.FromResult(user.Id.ToString());

    public Task<string?> GetUserNameAsync(User user, CancellationToken cancellationToken) => Task.FromResult<string?>(user.Name);

    public Task SetUserNameAsync(User user, string? userName, CancellationToken cancellationToken)
    {
        user.Name = userName ?? "";
        return Task.CompletedTask;
    }

    public Task<string?> GetNormalizedUserNameAsync(User user, CancellationToken cancellationToken) => Task.FromResult<string?>(user.NormalizedName);

    public Task SetNormalizedUserNameAsync(User user, string? normalizedName, CancellationToken cancellationToken)
    {
        user.NormalizedName = normalizedName ?? "";
        return Task.CompletedTask;
    }

    public Task<string?> GetPasswordHashAsync(User user, CancellationToken cancellationToken) => Task.FromResult(user.PasswordHash);

    public Task SetPasswordHashAsync(User user, string? passwordHash, CancellationToken cancellationToken)
    {
        user.PasswordHash = passwordHash;
        return Task.CompletedTask;
    }

    public Task<bool> HasPasswordAsync(User user, CancellationToken cancellationToken) => Task.FromResult(user.PasswordHash is not null);

    public void Dispose()
    {
        // Connections belong to the data source.
    }

    private async Task<bool> InsertAsync(NpgsqlConnection connection, User user, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            with taken as (
                update invitations set used_at = $1 where hash = $2 and used_at is null and expires_at > $1 returning role)
            insert into users (user_id, name, normalized_name, password_hash, role, created_at, version)
            select $3, $4, $5, $6, role, $1, 1 from taken
            """,
            connection);
        command.Parameters.Add(new() { Value = clock.GetUtcNow() });
        command.Parameters.Add(new() { Value = user.Invitation });
        command.Parameters.Add(new() { Value = user.Id });
        command.Parameters.Add(new() { Value = user.Name });
        command.Parameters.Add(new() { Value = user.NormalizedName });
        command.Parameters.Add(new() { Value = user.PasswordHash });
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    // A password that was right is hashed anew when the way of hashing has changed.
    private async Task<bool> UpdateAloneAsync(User user, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await UpdateAsync(connection, user, cancellationToken);
    }

    private static async Task<bool> UpdateAsync(NpgsqlConnection connection, User user, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            update users set name = $3, normalized_name = $4, password_hash = $5, version = version + 1
            where user_id = $1 and version = $2
            """,
            connection);
        command.Parameters.Add(new() { Value = user.Id });
        command.Parameters.Add(new() { Value = user.Version });
        command.Parameters.Add(new() { Value = user.Name });
        command.Parameters.Add(new() { Value = user.NormalizedName });
        command.Parameters.Add(new() { Value = (object?)user.PasswordHash ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    private async Task<User?> FindAsync(string column, object value, CancellationToken cancellationToken)
    {
#pragma warning disable CA2100 // One of the two columns above.
        await using var command = database.CreateCommand($"select {Columns} from users where {column} = $1");
#pragma warning restore CA2100
        command.Parameters.Add(new() { Value = value });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken)) return null;

        return new User
        {
            Id = reader.GetGuid(0),
            Name = reader.GetString(1),
            NormalizedName = reader.GetString(2),
            PasswordHash = reader.IsDBNull(3) ? null : reader.GetString(3),
            Role = Roles.Read(reader.GetString(4)),
            Version = reader.GetInt32(5),
            IsDisabled = reader.GetBoolean(6),
        };
    }
}
