using System.Collections.Concurrent;
using AlgoStack.Contracts.MarketData;
using AlgoStack.Trading.Instruments;
using Npgsql;

namespace AlgoStack.Ingestion.Instruments;

/// <summary>An instrument as the tape knows it: its number there and its terms.</summary>
internal sealed record RegisteredInstrument(int Id, InstrumentTerms Terms);

/// <summary>The numbers and terms of instruments. Terms already there win over those an import would give.</summary>
internal sealed class InstrumentRegistry(NpgsqlDataSource database)
{
    /// <summary>Listed at most by <c>GET /instruments</c>.</summary>
    public const int MostListed = 50_000;

    private readonly ConcurrentDictionary<string, RegisteredInstrument> _known = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<int, RegisteredInstrument> _byId = new();

    public RegisteredInstrument this[string name] => _known[name];

    public RegisteredInstrument this[int id] => _byId[id];

    /// <summary>Makes sure that each is known to the database and to the indexers here.</summary>
    public async Task EnsureAsync(IEnumerable<Instrument> instruments, CancellationToken cancellationToken)
    {
        var missing = instruments.Where(i => !_known.ContainsKey(i.Id.Value)).ToArray();
        if (missing.Length == 0) return;

        await using var command = database.CreateCommand(
            """
            insert into instruments (name, tick, lot, currency)
            select n.name, n.tick, n.lot, n.currency
            from unnest($1, $2, $3, $4) as n (name, tick, lot, currency)
            on conflict (name) do nothing
            """);
        command.Parameters.Add(new() { Value = Array.ConvertAll(missing, i => i.Id.Value) });
        command.Parameters.Add(new() { Value = Array.ConvertAll(missing, i => i.Tick) });
        command.Parameters.Add(new() { Value = Array.ConvertAll(missing, i => i.Lot) });
        command.Parameters.Add(new() { Value = Array.ConvertAll(missing, i => i.Currency) });
        await command.ExecuteNonQueryAsync(cancellationToken);
        await ListAsync(cancellationToken);
    }

    /// <summary>All of them, by name; makes them known to the indexers.</summary>
    public async Task<IReadOnlyList<InstrumentTerms>> ListAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            select id, name, tick, lot, currency
            from instruments
            order by name collate "C"
            limit $1
            """);
        command.Parameters.Add(new() { Value = MostListed });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var terms = new List<InstrumentTerms>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var instrument = new RegisteredInstrument(
                reader.GetInt32(0),
                new InstrumentTerms(reader.GetString(1), reader.GetDecimal(2), reader.GetDecimal(3), reader.GetString(4)));
            _known[instrument.Terms.Id] = instrument;
            _byId[instrument.Id] = instrument;
            terms.Add(instrument.Terms);
        }

        return terms;
    }

    /// <summary>The instrument of that name, or null.</summary>
    public async Task<RegisteredInstrument?> FindAsync(string name, CancellationToken cancellationToken)
    {
        if (!_known.ContainsKey(name)) await ListAsync(cancellationToken);
        return _known.GetValueOrDefault(name);
    }

    /// <summary>Makes sure that numbers read from a journal are known to the indexer.</summary>
    public async Task EnsureAsync(IEnumerable<int> ids, CancellationToken cancellationToken)
    {
        if (!ids.All(_byId.ContainsKey)) await ListAsync(cancellationToken);
    }
}
