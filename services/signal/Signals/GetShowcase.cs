using AlgoStack.Contracts.Signals;
using Npgsql;
using NpgsqlTypes;

namespace AlgoStack.Signal.Signals;

/// <summary><c>GET /signals/performance-showcase?session=</c>: how sure the newest signals were, over all and by strategy.</summary>
public static class GetShowcase
{
    private const int MostSignals = 10_000;
    private const double HighConfidence = 0.8;

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/signals/performance-showcase", ReadAsync);

    private static async Task<SignalShowcase> ReadAsync(NpgsqlDataSource database, string? session, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            select strategy, count(*), avg(score), avg((score >= $3)::int::float8), avg((signal ->> 'Quality')::float8), avg((signal ->> 'LatencyMs')::float8)
            from (
                select strategy, score, signal from signals
                where $1::text is null or session_id = $1
                order by seq_id desc, position desc
                limit $2) newest
            group by grouping sets ((strategy), ())
            order by strategy nulls first
            """);
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)session ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = MostSignals });
        command.Parameters.Add(new NpgsqlParameter<double> { TypedValue = HighConfidence });

        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<(string? Strategy, SignalFigures Figures)>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add((
                reader.IsDBNull(0) ? null : reader.GetString(0),
                new SignalFigures(reader.GetInt64(1), Number(reader, 2), Number(reader, 3), Number(reader, 4), Number(reader, 5))));
        }

        return new SignalShowcase(rows[0].Figures, rows.Skip(1).ToDictionary(r => r.Strategy!, r => r.Figures, StringComparer.Ordinal));
    }

    private static double? Number(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetDouble(column);
}
