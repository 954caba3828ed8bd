using System.Globalization;
using System.Net;
using System.Text.Json;
using AlgoStack.Campaigns.Histories;
using AlgoStack.Campaigns.Processes;
using AlgoStack.Testing;
using Npgsql;

namespace AlgoStack.Campaigns.Crashes;

/// <summary>What is killed; the network is cut instead, in the middle of whatever is on it.</summary>
internal enum Target
{
    Writer,
    Reader,
    Server,
    Network,
}

/// <summary>What a round did and found.</summary>
internal sealed record CrashOutcome(
    IReadOnlyDictionary<Target, int> Kills, int Saved, int Refused, int Unknown, int UnknownThere, int Events, int ToldAgain, int Reads, IReadOnlyList<string> Violations);

/// <summary>
/// One store, a PostgreSQL of its own, two processes that write to it and two that follow it, all through a forwarder.
/// Each target is killed, or cut, at points that the seed makes, in an order that the seed makes; everything that was
/// killed is started again and goes on, and the store is checked after each kill and at the end.
/// </summary>
internal sealed class CrashRound : IAsyncDisposable
{
    private const string Schema = "campaign";
    private const string Database = "postgres";
    private const int Writers = 2;
    private const int Readers = 2;
    private const int Workers = 12;

    /// <summary>Names sessions of the writer that projects inline.</summary>
    private const string InlinePrefix = "w1.";

    private static readonly TimeSpan Progress = TimeSpan.FromSeconds(60);

    private readonly int _seed;
    private readonly Random _random;
    private readonly PrivateServer _server;
    private readonly IPEndPoint _address;
    private readonly int _port;
    private readonly History _history = new();
    private readonly Dictionary<Target, int> _kills = [];
    private readonly List<string> _violations = [];
    private readonly ChildProcess?[] _writers = new ChildProcess?[Writers];
    private readonly ChildProcess?[] _readers = new ChildProcess?[Readers];
    private readonly int[] _starts = new int[Writers + Readers];
    private LoopbackForwarder _network;
    private int _started;

    private CrashRound(int seed, PrivateServer server)
    {
        _seed = seed;
        _random = new Random(seed);
        _server = server;
        _address = new IPEndPoint(IPAddress.Loopback, new NpgsqlConnectionStringBuilder(server.ConnectionString).Port);
        _network = new LoopbackForwarder(0, _address);
        _port = _network.Port;
    }

    private string Direct => new NpgsqlConnectionStringBuilder(_server.ConnectionString) { Database = Database }.ConnectionString;

    private string Forwarded => new NpgsqlConnectionStringBuilder(Direct) { Port = _port }.ConnectionString;

    /// <param name="seed">The same makes the same order, points and sessions; what is in flight at a point is the machine's.</param>
    public static async Task<CrashOutcome> RunAsync(int seed, IReadOnlyDictionary<Target, int> kills)
    {
        await using var round = new CrashRound(seed, await TestServers.StartPrivatePostgresAsync());
        return await round.RunAsync(kills);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _writers.Concat(_readers).OfType<ChildProcess>()) await process.DisposeAsync();
        await _network.DisposeAsync();
        await _server.DisposeAsync();
    }

    private async Task<CrashOutcome> RunAsync(IReadOnlyDictionary<Target, int> kills)
    {
        var order = kills.SelectMany(k => Enumerable.Repeat(k.Key, k.Value)).ToArray();
        _random.Shuffle(order);
        for (var i = 0; i < Writers; i++) StartWriter(i);
        for (var i = 0; i < Readers; i++) StartReader(i);
        await AllReadyAsync();
        foreach (var target in order)
        {
            await SomeSessionsAsync(_random.Next(20, 200));
            await Task.Delay(TimeSpan.FromMilliseconds(_random.Next(50)));
            await KillAsync(target, _random.Next(2));
            _kills[target] = _kills.GetValueOrDefault(target) + 1;
            await CheckAsync($"after kill {_kills.Values.Sum()}, {target}");
        }

        await SomeSessionsAsync(200);
        await EndAsync();
        return await OutcomeAsync();
    }

    private async Task KillAsync(Target target, int which)
    {
        switch (target)
        {
            case Target.Writer:
                await _writers[which]!.KillAsync();
                StartWriter(which);
                await AllReadyAsync();
                break;
            case Target.Reader:
                await _readers[which]!.KillAsync();
                StartReader(which);
                await AllReadyAsync();
                break;
            case Target.Server:
                await _server.KillAsync();
                await _server.RestartAsync();
                break;
            default:
                await _network.DisposeAsync();
                _network = new LoopbackForwarder(_port, _address);
                break;
        }
    }

    private void StartWriter(int which)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"w{which}.{_starts[which]++}");
        // Where those that run are by now, so that all write to the same streams.
        var start = _history.Saved.Count / (Writers * Workers);
        var task = new WriterTask(Schema, name, _seed, WriterLoad.Mixed, Workers, start, Inline: name.StartsWith(InlinePrefix, StringComparison.Ordinal));
        _started++;
        _writers[which] = ChildProcess.Start(ChildPrograms.Write, JsonSerializer.Serialize(task), Forwarded, _history.Add);
    }

    private void StartReader(int which)
    {
        _started++;
        _readers[which] = ChildProcess.Start(ChildPrograms.Read, Schema, Forwarded, _history.Add);
    }

    private Task AllReadyAsync() => Eventually.True(() => _history.Ready == _started, Progress, "all processes come up");

    private Task SomeSessionsAsync(int sessions)
    {
        var goal = _history.Saved.Count + sessions;
        return Eventually.True(() => _history.Saved.Count >= goal, Progress, $"{sessions} more sessions are saved");
    }

    private async Task<StoreSnapshot> CheckAsync(string when)
    {
        var saved = _history.Saved.Keys;
        var refused = _history.Refused.Keys;
        var store = await StoreSnapshot.ReadAsync(Direct, Schema);
        _violations.AddRange(StoreCheck.Of(store, [.. saved], [.. refused], InlinePrefix).Select(v => $"{when}: {v}"));
        return store;
    }

    /// <summary>Writers first; then followers get time to come to the end of the log.</summary>
    private async Task EndAsync()
    {
        foreach (var writer in _writers) await writer!.StopAsync();
        await Eventually.True(
            async () => await BehindAsync() == 0 && _history.LastTold == await LastSequenceAsync(), Progress, "followers come to the end of the log");
        foreach (var reader in _readers) await reader!.StopAsync();
    }

    private Task<long> LastSequenceAsync() => ScalarAsync($"select coalesce(max(seq_id), 0) from {Schema}.mt_events");

    private Task<long> BehindAsync() => ScalarAsync(
        $"""
        select count(*) from unnest(array['Ledger:All', 'Tallies:All', 'Told:All']) as given (name)
        left join {Schema}.mt_event_progression p using (name)
        where coalesce(p.last_seq_id, 0) < (select coalesce(max(seq_id), 0) from {Schema}.mt_events)
        """);

    private async Task<long> ScalarAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(Direct);
        await connection.OpenAsync();
#pragma warning disable CA2100 // One of the two above.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private async Task<CrashOutcome> OutcomeAsync()
    {
        var store = await CheckAsync("at the end");
        _violations.AddRange(StoreCheck.Told(store.Log, _history.Told));
        _violations.AddRange(ListAppend.Check(store.Log, _history.Saved, _history.Reads));
        _violations.AddRange(_history.Complaints);
        var told = _history.Told.Sum(t => t.Sequences.Count);
        var there = store.Log.Select(e => e.Entry.Session).Distinct(StringComparer.Ordinal).Count(s => !_history.Saved.ContainsKey(s));
        return new CrashOutcome(
            _kills, _history.Saved.Count, _history.Refused.Count, _history.Unknown, there, store.Log.Count, told - store.Log.Count, _history.Reads.Count, _violations);
    }
}
