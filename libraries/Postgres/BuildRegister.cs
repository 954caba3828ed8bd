using System.Globalization;
using Npgsql;

namespace AlgoStack.Postgres;

/// <summary>The builds of a service that have worked on its schema: one that is older than any of them must not.</summary>
internal static class BuildRegister
{
    public const string Table =
        """
        create table if not exists service_builds (
            service          text not null,
            build            text not null,
            contract_version integer not null check (contract_version > 0),
            registered_at    timestamptz not null,
            primary key (service, build, contract_version)
        );
        """;

    /// <summary>Notes the build, unless one of a higher contract version was noted before. To be called under the migrations' lock.</summary>
    /// <param name="connection">In the schema.</param>
    /// <exception cref="MigrationException">It is older, or the table holds what cannot be read.</exception>
    public static async Task RegisterAsync(NpgsqlConnection connection, string schema, ServiceBuild build, CancellationToken cancellationToken)
    {
        try
        {
            if (await FindNewerAsync(connection, schema, build, cancellationToken) is { } newer) throw new MigrationException(Older(schema, build, newer));

            await using var note = new NpgsqlCommand(
                """
                insert into service_builds (service, build, contract_version, registered_at) values ($1, $2, $3, now())
                on conflict (service, build, contract_version) do update set registered_at = excluded.registered_at
                """,
                connection)
            {
                Parameters = { new() { Value = build.Service }, new() { Value = build.Build }, new() { Value = build.ContractVersion } },
            };
            await note.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (PostgresException e) when (!e.IsTransient)
        {
            throw new MigrationException($"Schema {schema}: table service_builds is not as it was made ({e.MessageText}); drop it once no newer build works here.", e);
        }
    }

    /// <summary>The registered build of the highest contract version, where that is above this one's.</summary>
    /// <exception cref="MigrationException">The table holds what cannot be read.</exception>
    public static async Task<ServiceBuild?> FindNewerAsync(NpgsqlConnection connection, string schema, ServiceBuild build, CancellationToken cancellationToken)
    {
        // As text: what somebody put there by hand is named, and not stumbled over.
        await using var command = new NpgsqlCommand(
            """
            select distinct on (contract_version) build, contract_version::text
            from service_builds where service = $1
            order by contract_version, registered_at desc
            """,
            connection)
        {
            Parameters = { new() { Value = build.Service } },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        ServiceBuild? newest = null;
        while (await reader.ReadAsync(cancellationToken))
        {
            var (name, contract) = (reader.GetString(0), reader.GetString(1));
            if (!int.TryParse(contract, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number < 1)
            {
                throw new MigrationException(
                    $"Schema {schema}: table service_builds says contract '{contract}' of {build.Service} {name}; expected a whole number above zero. Delete that row.");
            }

            if (number > (newest?.ContractVersion ?? build.ContractVersion)) newest = new ServiceBuild(build.Service, name, number);
        }

        return newest;
    }

    public static string Older(string schema, ServiceBuild build, ServiceBuild newer) =>
        $"Schema {schema}: this is {build}, which is older than {newer}, the newest that was registered there.";
}
