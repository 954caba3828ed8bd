using Npgsql;

namespace AlgoStack.Ingestion.Feeds;

internal sealed record Subscription(string Provider, string Symbol, string Timeframe);

/// <summary>What live feeds follow, so that a restart follows it again, and once.</summary>
internal sealed class SubscriptionStore(NpgsqlDataSource database)
{
    public const int MostSubscriptions = 500;

    public async Task<IReadOnlyList<Subscription>> ListAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "select provider, symbol, timeframe from subscriptions order by provider, symbol limit $1");
        command.Parameters.Add(new() { Value = MostSubscriptions });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var subscriptions = new List<Subscription>();
        while (await reader.ReadAsync(cancellationToken))
        {
            subscriptions.Add(new Subscription(reader.GetString(0), reader.GetString(1), reader.GetString(2)));
        }

        return subscriptions;
    }

    public async Task AddAsync(string provider, IReadOnlyCollection<string> symbols, string timeframe, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            insert into subscriptions (provider, symbol, timeframe)
            select $1, n.symbol, $3 from unnest($2) as n (symbol)
            on conflict (provider, symbol) do update set timeframe = excluded.timeframe
            """);
        command.Parameters.Add(new() { Value = provider });
        command.Parameters.Add(new() { Value = symbols.ToArray() });
        command.Parameters.Add(new() { Value = timeframe });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task RemoveAsync(string provider, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("delete from subscriptions where provider = $1");
        command.Parameters.Add(new() { Value = provider });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
