using System.Globalization;
using AlgoStack.EventStore.Streams;
using Npgsql;

namespace AlgoStack.EventStore.Subscriptions;

/// <summary>The server's process whose transaction has held the append lock longest.</summary>
/// <param name="Pid">For <c>pg_terminate_backend</c>.</param>
/// <param name="State">As in <c>pg_stat_activity</c>: <c>idle in transaction</c> where nobody is at work.</param>
/// <param name="TransactionSince">When its transaction began.</param>
/// <param name="QuerySince">When its newest statement began.</param>
/// <param name="Query">The first 200 characters of that statement.</param>
public sealed record LockHolder(
    int Pid, string User, string Application, string State, DateTimeOffset? TransactionSince, DateTimeOffset? QuerySince, string Query)
{
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"process {Pid} ({Application}, {User}, {State}) has held the append lock in a transaction since {TransactionSince:u}, its statement since {QuerySince:u}: {Query}");

    internal static async Task<LockHolder?> FindAsync(EventLog log, CancellationToken cancellationToken)
    {
        // The store's role sees of other users' sessions that they are there, and no more.
        await using var connection = log.Database.CreateOwnerConnection();
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(
            """
            select a.pid, coalesce(a.usename, ''), a.application_name, coalesce(a.state, ''), a.xact_start, a.query_start, coalesce(left(a.query, 200), '')
            from pg_locks l join pg_stat_activity a using (pid)
            where l.locktype = 'advisory' and l.granted and l.mode = 'ShareLock' and a.datname = current_database()
              and (l.classid::bigint << 32 | l.objid::bigint) = $1
            order by a.xact_start
            limit 1
            """,
            connection);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = log.AppendLock });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken)) return null;

        return new LockHolder(
            reader.GetInt32(0), reader.GetString(1), reader.GetString(2), reader.GetString(3), Time(4), Time(5), reader.GetString(6));

        DateTimeOffset? Time(int ordinal) => reader.IsDBNull(ordinal) ? null : reader.GetFieldValue<DateTimeOffset>(ordinal);
    }
}
