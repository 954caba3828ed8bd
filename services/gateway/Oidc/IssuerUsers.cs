using AlgoStack.Gateway.Audit;
using AlgoStack.Gateway.Sessions;
using AlgoStack.Gateway.Users;
using Microsoft.AspNetCore.Identity;
using Npgsql;

namespace AlgoStack.Gateway.Oidc;

/// <summary>Which user somebody is whom the issuer knows. Their role is what it says each time they come.</summary>
internal sealed partial class IssuerUsers(
    NpgsqlDataSource source, AuditLog audit, ILookupNormalizer normalizer, TimeProvider clock, ILogger<IssuerUsers> logger)
{
    /// <summary>The user, who is made when they come first.</summary>
    /// <exception cref="IssuerRefusedException">The issuer says of no role that they have it, has said something else since, or they are disabled here.</exception>
    public async Task<User> TakeInAsync(IssuerPerson person, HttpContext context)
    {
        var known = await FindAsync(person, context.RequestAborted);
        if (person.Role is not { } role)
        {
            if (known is { IsDisabled: false }) await ShutOutAsync(known, person, context);
            throw new IssuerRefusedException("issuer_role_missing", "The issuer says of no role here that you have it: ask whoever manages it.");
        }

        var user = known ?? await MakeAsync(person, role, context);
        if (user.IsDisabled)
        {
            await audit.RecordAsync([new SignInFailed(user.Id, SignInFailure.UserDisabled, await audit.NobodyAsync(context))], context.RequestAborted);
            throw new IssuerRefusedException("user_disabled", "The user is locked out here: an administrator may let them in again.");
        }

        if (!await HearAsync(user, role, person, context))
            throw new IssuerRefusedException("issuer_token_superseded", "The issuer has said something else of the user since the token was made: take another.");

        return new User { Id = user.Id, Name = user.Name, Role = role };
    }

    /// <summary>What the issuer knows a user by; null of one it does not know.</summary>
    public async Task<IssuerIdentity?> FindIdentityAsync(Guid userId, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand("select issuer, subject from issuer_users where user_id = $1");
        command.Parameters.Add(new() { Value = userId });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? new IssuerIdentity(reader.GetString(0), reader.GetString(1)) : null;
    }

    /// <param name="role">As the token has it: with another, the user has become something else since.</param>
    public async Task<bool> IsOpenAsync(Guid userId, string role, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand("select exists (select from issuer_users join users using (user_id) where user_id = $1 and role = $2 and disabled_at is null)");
        command.Parameters.Add(new() { Value = userId });
        command.Parameters.Add(new() { Value = role });
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    /// <summary>Which of these users are let in.</summary>
    public async Task<HashSet<Guid>> OpenAmongAsync(Guid[] userIds, CancellationToken cancellationToken)
    {
        var open = new HashSet<Guid>();
        if (userIds.Length == 0) return open;

        await using var command = source.CreateCommand("select user_id from issuer_users join users using (user_id) where user_id = any($1) and disabled_at is null");
        command.Parameters.Add(new() { Value = userIds });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken)) open.Add(reader.GetGuid(0));
        return open;
    }

    private async Task<User?> FindAsync(IssuerPerson person, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand(
            "select user_id, name, role, disabled_at is not null from issuer_users join users using (user_id) where issuer = $1 and subject = $2");
        command.Parameters.Add(new() { Value = person.Issuer });
        command.Parameters.Add(new() { Value = person.Subject });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new User { Id = reader.GetGuid(0), Name = reader.GetString(1), Role = Roles.Read(reader.GetString(2)), IsDisabled = reader.GetBoolean(3) }
            : null;
    }

    private async Task<User> MakeAsync(IssuerPerson person, Role role, HttpContext context)
    {
        var id = Guid.CreateVersion7(clock.GetUtcNow());
        try
        {
            // A name is for people to read: who comes second with one is told from the first, and never taken for them.
            string[] names = [person.Name, $"{person.Name} {id.ToString()[^12..]}"];
            foreach (var name in names)
            {
                var made = new UserMade(id, role.Name(), null, await audit.NobodyAsync(context));
                if (!await audit.CommitAsync(made, (connection, token) => InsertAsync(connection, id, name, person, role, token), context.RequestAborted)) continue;

                LogMade(id);
                return new User { Id = id, Name = name, Role = role };
            }
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            // They came twice at once.
            if (await FindAsync(person, context.RequestAborted) is { } user) return user;

            throw;
        }

        throw new InvalidOperationException($"Two users have the name that the issuer's user {id} would have.");
    }

    private async Task<bool> InsertAsync(NpgsqlConnection connection, Guid id, string name, IssuerPerson person, Role role, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            with made as (
                insert into users (user_id, name, normalized_name, role, created_at, version) values ($1, $2, $3, $4, $5, 1)
                on conflict (normalized_name) do nothing returning user_id)
            insert into issuer_users (user_id, issuer, subject, said_at) select user_id, $6, $7, $8 from made
            """,
            connection);
        command.Parameters.Add(new() { Value = id });
        command.Parameters.Add(new() { Value = name });
        command.Parameters.Add(new() { Value = normalizer.NormalizeName(name) });
        command.Parameters.Add(new() { Value = role.Name() });
        command.Parameters.Add(new() { Value = clock.GetUtcNow() });
        command.Parameters.Add(new() { Value = person.Issuer });
        command.Parameters.Add(new() { Value = person.Subject });
        command.Parameters.Add(new() { Value = person.SaidAt });
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    /// <summary>Takes it that the user has this role now. Whatever was begun in another ends.</summary>
    /// <returns>False where something else was said later.</returns>
    private async Task<bool> HearAsync(User user, Role role, IssuerPerson person, HttpContext context)
    {
        if (user.Role == role)
        {
            await using var connection = await source.OpenConnectionAsync(context.RequestAborted);
            await SetSaidAsync(connection, user, person, context.RequestAborted);
            return true;
        }

        return await ChangeAsync(
            new RoleChanged(user.Id, user.Role.Name(), role.Name(), await audit.ActorAsync(context, user.Id)),
            user,
            person,
            "update users set role = $2, version = version + 1 where user_id = $1",
            role.Name(),
            context.RequestAborted);
    }

    /// <summary>Who has no role any more is out here as well, with sessions and programs, until an administrator lets them in again.</summary>
    private async Task ShutOutAsync(User user, IssuerPerson person, HttpContext context) => await ChangeAsync(
        new UserDisabled(user.Id, await audit.ActorAsync(context, user.Id)),
        user,
        person,
        "update users set disabled_at = $2, version = version + 1 where user_id = $1 and disabled_at is null",
        clock.GetUtcNow(),
        context.RequestAborted);

    /// <summary>Makes of the user what was said, and ends their sessions.</summary>
    /// <returns>False where something else was said later.</returns>
    private Task<bool> ChangeAsync(AccountEvent why, User user, IssuerPerson person, string sql, object value, CancellationToken cancellationToken) => audit.CommitAsync(
        why,
        async (connection, token) =>
        {
            if (!await SetSaidAsync(connection, user, person, token)) return false;

            await SessionTable.RevokeAllAsync(connection, user.Id, null, clock.GetUtcNow(), token);
#pragma warning disable CA2100 // One of the two above.
            await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
            command.Parameters.Add(new() { Value = user.Id });
            command.Parameters.Add(new() { Value = value });
            return await command.ExecuteNonQueryAsync(token) == 1;
        },
        cancellationToken);

    private static async Task<bool> SetSaidAsync(NpgsqlConnection connection, User user, IssuerPerson person, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("update issuer_users set said_at = $2 where user_id = $1 and said_at <= $2", connection);
        command.Parameters.Add(new() { Value = user.Id });
        command.Parameters.Add(new() { Value = person.SaidAt });
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "User {UserId} was made: the issuer knows them.")]
    private partial void LogMade(Guid userId);
}

/// <param name="Subject">The issuer's own id of them.</param>
internal sealed record IssuerIdentity(string Issuer, string Subject);
