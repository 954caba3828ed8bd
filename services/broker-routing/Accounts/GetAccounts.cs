using AlgoStack.Contracts.Portfolio;
using AlgoStack.ServiceDefaults.Problems;
using Npgsql;

namespace AlgoStack.BrokerRouting.Accounts;

/// <summary>
/// <c>GET /accounts</c>, <c>/accounts/{account}</c>: accounts at venues as the log has them, with what is not agreed on. Whether one
/// is proven its desk knows better: the log still has the proof of a process that is gone.
/// </summary>
public static class GetAccounts
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes
            .MapGet("/accounts", async (NpgsqlDataSource database, AccountDesks desks, CancellationToken cancellationToken) =>
                (await ReadAsync(database, null, cancellationToken)).Select(a => AsItStands(a, desks)))
            .WithName("GetAccounts")
            .WithSummary("Accounts at venues as the log has them, with what is not agreed on.");
        routes
            .MapGet("/accounts/{account}", async (string account, NpgsqlDataSource database, AccountDesks desks, CancellationToken cancellationToken) =>
                await ReadAsync(database, account, cancellationToken) is [var found]
                    ? Results.Ok(AsItStands(found, desks))
                    : Problem.NotFound("account_not_found", $"There is no account '{account}' at a venue, or it has not been opened yet."))
            .WithName("GetAccount")
            .WithSummary("One account at a venue.")
            .Produces<AccountView>()
            .ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static AccountView AsItStands(AccountView stored, AccountDesks desks) => desks.Find(stored.Account) is { } desk
        ? AsItsDeskHasIt(stored with { IsLive = desk.Broker.IsLive, Strategies = [.. desks.StrategiesOf(desk).Order(StringComparer.Ordinal)] }, desk)
        : stored with { IsProven = false, GatedBecause = "it is not configured here" };

    private static AccountView AsItsDeskHasIt(AccountView stored, AccountDesk desk) => desk switch
    {
        { DownBecause: AccountDesk.Elsewhere } => stored,
        { DownBecause: { } why } => stored with { IsProven = false, GatedBecause = why },
        { State: { IsProven: false } state } => stored with { IsProven = false, GatedBecause = state.GatedBecause },
        _ => stored,
    };

    private static async Task<IReadOnlyList<AccountView>> ReadAsync(NpgsqlDataSource database, string? account, CancellationToken cancellationToken)
    {
        var cash = await RowsAsync(
            database,
            "select account, asset, balance, updated_at from venue_cash where $1::text is null or account = $1 order by asset",
            account,
            r => (Account: r.GetString(0), View: new CashView(r.GetString(1), r.GetDecimal(2), r.GetFieldValue<DateTimeOffset>(3))),
            cancellationToken);
        var drifts = await RowsAsync(
            database,
            """
            select account, drift_id, kind, subject, ours, venue, detail, found_at
            from drifts where resolution is null and ($1::text is null or account = $1)
            order by found_at, drift_id
            """,
            account,
            r => (
                Account: r.GetString(0),
                View: new DriftView(r.GetString(1), r.GetString(2), r.GetString(3), Figure(r, 4), Figure(r, 5), r.GetString(6), r.GetFieldValue<DateTimeOffset>(7))),
            cancellationToken);
        return await RowsAsync(
            database,
            """
            select account, venue, is_proven, gated_because, opened_at, reconciled_at
            from venue_accounts where $1::text is null or account = $1
            order by account
            """,
            account,
            r => new AccountView(
                r.GetString(0),
                r.GetString(1),
                r.GetBoolean(2),
                r.IsDBNull(3) ? null : r.GetString(3),
                Time(r, 4),
                Time(r, 5),
                [.. cash.Where(c => c.Account == r.GetString(0)).Select(c => c.View)],
                [.. drifts.Where(d => d.Account == r.GetString(0)).Select(d => d.View)]),
            cancellationToken);
    }

    private static async Task<IReadOnlyList<T>> RowsAsync<T>(
        NpgsqlDataSource database, string sql, string? account, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(sql);
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)account ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken)) rows.Add(read(reader));
        return rows;
    }

    private static decimal? Figure(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetDecimal(column);

    private static DateTimeOffset? Time(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetFieldValue<DateTimeOffset>(column);
}
