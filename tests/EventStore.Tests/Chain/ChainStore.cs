using AlgoStack.EventStore.Chain;
using Npgsql;

namespace AlgoStack.EventStore.Tests.Chain;

/// <summary>A store with a log to tamper with, as a user whom no key stops.</summary>
internal sealed class ChainStore : IAsyncDisposable
{
    private readonly TestStore _store;
    private readonly NpgsqlDataSource _superuser;

    private ChainStore(TestStore store, NpgsqlDataSource superuser)
    {
        _store = store;
        _superuser = superuser;
    }

    public TestStore Store => _store;

    public static async Task<ChainStore> StartAsync(string database, string schema)
    {
        var store = await TestStore.StartAsync(database, schema);
        var settings = new NpgsqlConnectionStringBuilder(database)
        {
            SearchPath = schema,
            Options = "-c session_replication_role=replica",
            IncludeErrorDetail = true,
        };
        return new ChainStore(store, NpgsqlDataSource.Create(settings));
    }

    /// <summary>One whose log is sealed by <see cref="SealAsync"/> alone, so that it can be tampered with before.</summary>
    public static async Task<ChainStore> StartUnsealedAsync(string database, string schema)
    {
        var chain = await StartAsync(database, schema);
        await chain.Store.Daemon.StoppingAsync(CancellationToken.None);
        return chain;
    }

    /// <summary>Events of streams with four each, numbered on from the last one, and unlike each other.</summary>
    public async Task FillAsync(int events)
    {
        await TamperAsync(
            """
            with added as (
                insert into mt_events (
                    seq_id, id, stream_id, version, data, bdata, type, timestamp, mt_dotnet_type,
                    correlation_id, causation_id, headers, user_name)
                select
                    n, md5('id' || n)::uuid, 'order-' || (n - 1) / 4, (n - 1) % 4 + 1,
                    jsonb_build_object(
                        'Symbol', 'SYM' || n % 50, 'Time', n, 'Open', 100 + n * 0.25, 'High', 101 + n * 0.25, 'Low', 99 + n * 0.25,
                        'Close', 100.5, 'Volume', n * 10),
                    decode(md5('b' || n), 'hex'), 'bar_closed', timestamptz '2026-01-02 14:30Z' + n * interval '1 second',
                    'AlgoStack.Bars.BarClosed, AlgoStack.Bars', md5('c' || n), 'bar-' || n,
                    jsonb_build_object('traceparent', md5('h' || n)), 'user' || n
                from (select nextval('mt_events_sequence') as n from generate_series(1, $1)) as numbers
                returning stream_id, version
            )
            insert into mt_streams (id, version) select stream_id, max(version) from added group by stream_id
            on conflict (id) do update set version = excluded.version
            """,
            events);
    }

    /// <summary>Seals all there is.</summary>
    public async Task<ChainHead> SealAsync() =>
        await ChainSealer.SealAsync(_store.Log, await _store.ScalarAsync<long>("select coalesce(max(seq_id), 0) from mt_events"), CancellationToken.None);

    public async Task<(List<ChainFinding> Findings, ChainReport Report)> VerifyAsync(params string[] heads)
    {
        var verifier = new ChainVerifier(_store.Database, heads);
        var findings = new List<ChainFinding>();
        await foreach (var finding in verifier.VerifyAsync()) findings.Add(finding);
        return (findings, verifier.Report);
    }

    public async Task<List<string>> MessagesAsync() => (await VerifyAsync()).Findings.ConvertAll(f => f.Message);

    /// <summary>Returns how many rows it changed.</summary>
    public async Task<int> TamperAsync(string sql, params object[] parameters)
    {
        await using var command = _superuser.CreateCommand(sql);
        foreach (var value in parameters) command.Parameters.Add(new NpgsqlParameter { Value = value });
        return await command.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _superuser.DisposeAsync();
        await _store.DisposeAsync();
    }
}
