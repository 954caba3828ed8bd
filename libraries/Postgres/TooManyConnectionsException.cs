using Npgsql;

namespace AlgoStack.Postgres;

/// <summary>The server, the database or the role has all the connections it takes. Nothing was sent.</summary>
public sealed class TooManyConnectionsException(string application, string role, PostgresException inner)
    : Exception(
        $"PostgreSQL takes no more connections ({inner.MessageText}): {application} asked for one more of up to "
        + $"{PostgresRegistration.MostConnections} as {role}.",
        inner);
