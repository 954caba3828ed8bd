using System.Globalization;
using System.Net;
using System.Text.Json;
using AlgoStack.Campaigns.Histories;
using AlgoStack.Campaigns.Processes;
using AlgoStack.Testing;
using Npgsql;

namespace AlgoStack.Campaigns.Trials;

/// <summary>What a trial found, added up over all its processes.</summary>
/// <param name="UnknownThere">Sessions whose connection broke, or whose process was killed, and that the log holds.</param>
/// <param name="ToldAgain">Events that the subscription was told more than once.</param>
internal sealed record Verdict(
    int Saved, int Refused, int Unknown, int UnknownThere, int Events, int ToldAgain, int Reads, IReadOnlyList<string> Violations);

/// <summary>
/// One store in a PostgreSQL of its own, with processes that write to it and follow it through a network that can be cut,
/// and all that these report. Judged in the end by what the store holds.
/// </summary>
internal sealed class Trial : IAsyncDisposable
{
    public const string Schema = "campaign";

    /// <summary>Names sessions of processes that project inline.</summary>
    public const string InlinePrefix = "inline";

    private const string Database = "postgres";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly PrivateServer _server;
    private readonly IPEndPoint _address;
    private readonly List<ChildProcess> _writers = [];
    private readonly List<ChildProcess> _readers = [];
    private readonly List<string> _violations = [];
    private LoopbackForwarder _network;
    private int _started;

    private Trial(PrivateServer server)
    {
        _server = server;
        _address = new IPEndPoint(IPAddress.Loopback, new NpgsqlConnectionStringBuilder(server.ConnectionString).Port);
        _network = new LoopbackForwarder(0, _address);
        Direct = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Database = Database }.ConnectionString;
        Forwarded = new NpgsqlConnectionStringBuilder(Direct) { Port = _network.Port }.ConnectionString;
    }

    /// <summary>The way to the server that is never cut.</summary>
    public string Direct { get; }

    public string Forwarded { get; }

    public History History { get; } = new();

    public static async Task<Trial> PrepareAsync() => new(await TestServers.StartPrivatePostgresAsync());

    /// <summary>Returns when all are at work.</summary>
    public Task StartAsync(int readers, params IEnumerable<WriterTask> writers)
    {
        _writers.AddRange(writers.Select(StartWriter));
        _readers.AddRange(Enumerable.Range(0, readers).Select(_ => StartReader()));
        return AllReadyAsync();
    }

    public Task KillWriterAsync(int which, WriterTask next) => ReplaceAsync(_writers, which, () => StartWriter(next));

    public Task KillReaderAsync(int which) => ReplaceAsync(_readers, which, StartReader);

    public async Task KillServerAsync()
    {
        await _server.KillAsync();
        await _server.RestartAsync();
    }

    public async Task CutNetworkAsync()
    {
        var port = _network.Port;
        await _network.DisposeAsync();
        _network = new LoopbackForwarder(port, _address);
    }

    /// <summary>Waits until so many more sessions are saved.</summary>
    public Task SomeSessionsAsync(int sessions)
    {
        var goal = History.Saved.Count + sessions;
        return Eventually.True(() => History.Saved.Count >= goal, Patience, $"{sessions} more sessions are saved");
    }

    /// <summary>Waits until all writers that were given a number of sessions have saved them.</summary>
    public Task AllDoneAsync(TimeSpan patience) => Eventually.True(() => History.Done == _writers.Count, patience, "all writers save all their sessions");

    /// <summary>Checks what must hold at any moment.</summary>
    /// <param name="when">Put before what is found.</param>
    public async Task<StoreSnapshot> CheckAsync(string when)
    {
        string[] saved = [.. History.Saved.Keys];
        string[] refused = [.. History.Refused.Keys];
        var store = await StoreSnapshot.ReadAsync(Direct, Schema);
        _violations.AddRange(StoreCheck.Of(store, saved, refused, InlinePrefix).Select(v => $"{when}: {v}"));
        return store;
    }

    public void Complain(string violation) => _violations.Add(violation);

    /// <summary>Stops the writers, lets followers come to the end of the log, stops them, and checks everything.</summary>
    public async Task<Verdict> EndAsync()
    {
        foreach (var writer in _writers) await writer.StopAsync();
        await Eventually.True(async () => await BehindAsync() is null, Patience, "followers come to the end of the log");
        foreach (var reader in _readers) await reader.StopAsync();

        var store = await CheckAsync("at the end");
        _violations.AddRange(StoreCheck.Told(store.Log, History.Told));
        _violations.AddRange(ListAppend.Check(store.Log, History.Saved, History.Reads));
        _violations.AddRange(History.Complaints);
        var there = store.Log.Select(e => e.Entry.Session).Distinct(StringComparer.Ordinal).Count(s => !History.Saved.ContainsKey(s));
        return new Verdict(
            History.Saved.Count,
            History.Refused.Count,
            History.Unknown,
            there,
            store.Log.Count,
            History.Told.Sum(t => t.Sequences.Count) - store.Log.Count,
            History.Reads.Count,
            _violations);
    }

    /// <summary>Of the followers, those that have not handled <paramref name="sequence"/>; the end of the log unless given.</summary>
    public async Task<string?> BehindAsync(long sequence = long.MaxValue)
    {
        await using var connection = new NpgsqlConnection(Direct);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(
            $"""
            select string_agg(given.name, ', ') from unnest(array['Ledger:All', 'Tallies:All', 'Told:All']) as given (name)
            left join {Schema}.mt_event_progression p using (name)
            where coalesce(p.last_seq_id, 0) < least($1, (select coalesce(max(seq_id), 0) from {Schema}.mt_events))
            """,
            connection);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = sequence });
        return await command.ExecuteScalarAsync() as string;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _writers.Concat(_readers)) await process.DisposeAsync();
        await _network.DisposeAsync();
        await _server.DisposeAsync();
    }

    private ChildProcess StartWriter(WriterTask task)
    {
        _started++;
        return ChildProcess.Start(ChildPrograms.Write, JsonSerializer.Serialize(task), Forwarded, History.Add);
    }

    private ChildProcess StartReader()
    {
        _started++;
        return ChildProcess.Start(ChildPrograms.Read, Schema, Forwarded, History.Add);
    }

    private async Task ReplaceAsync(List<ChildProcess> processes, int which, Func<ChildProcess> start)
    {
        await processes[which].KillAsync();
        await processes[which].DisposeAsync();
        processes[which] = start();
        await AllReadyAsync();
    }

    private Task AllReadyAsync() =>
        Eventually.True(() => History.Ready == _started, Patience, string.Create(CultureInfo.InvariantCulture, $"{_started} processes come up"));
}
