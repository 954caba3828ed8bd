using AlgoStack.Ingestion.Instruments;
using AlgoStack.Ingestion.Providers.Replay;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.MarketData;
using Npgsql;

namespace AlgoStack.Ingestion.Tape;

/// <summary>What the tape holds of some instruments: the history that a live session starts with.</summary>
internal sealed class WarmUpReader(NpgsqlDataSource database, InstrumentRegistry registry)
{
    /// <summary>The newest bars, over all instruments: more than any indicator remembers.</summary>
    public const int MostBars = 200_000;

    /// <summary>The latest revision of each bar, by (close, instrument id).</summary>
    /// <param name="instruments">Registered; the rows are numbered by this list.</param>
    /// <param name="after">Only bars that closed later.</param>
    public async Task<List<InstrumentBar>> ReadAsync(
        IReadOnlyList<Instrument> instruments, Timeframe timeframe, DateTimeOffset? after, CancellationToken cancellationToken)
    {
        var numbers = instruments.Select((instrument, number) => (registry[instrument.Id.Value].Id, number)).ToDictionary();
        await using var command = database.CreateCommand(
            """
            select distinct on (b.closed_at, i.name collate "C")
                   b.instrument, b.closed_at, b.open, b.high, b.low, b.close, b.volume
            from bars b
            join instruments i on i.id = b.instrument
            where b.instrument = any($1) and b.timeframe_s = $2 and b.closed_at > $4
            order by b.closed_at desc, i.name collate "C" desc, b.revision desc
            limit $3
            """);
        command.Parameters.Add(new() { Value = numbers.Keys.ToArray() });
        command.Parameters.Add(new() { Value = (int)(timeframe.Milliseconds / 1_000) });
        command.Parameters.Add(new() { Value = MostBars });
        command.Parameters.Add(new() { Value = after?.UtcDateTime ?? DateTime.SpecifyKind(DateTime.MinValue, DateTimeKind.Utc) });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<InstrumentBar>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(new InstrumentBar(numbers[reader.GetInt32(0)], new Bar(
                PostgresTime.ToMs(reader.GetDateTime(1)),
                reader.GetDouble(2),
                reader.GetDouble(3),
                reader.GetDouble(4),
                reader.GetDouble(5),
                reader.GetDouble(6))));
        }

        rows.Reverse();
        return rows;
    }
}
