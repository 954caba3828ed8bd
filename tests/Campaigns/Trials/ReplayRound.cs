using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using AlgoStack.Campaigns.Processes;
using AlgoStack.Campaigns.Store;
using Npgsql;
using EventLog = AlgoStack.EventStore.Streams.EventLog;

namespace AlgoStack.Campaigns.Trials;

/// <summary>What all replays of one log came to.</summary>
/// <param name="Hash">SHA-256 of aggregates, projection and output, the same in each.</param>
/// <param name="SlowestRebuild">Events a second of the slowest replay: a projection of all events and a subscription side by side.</param>
internal sealed record ReplayVerdict(int Events, int Replays, string Hash, double SlowestRebuild, IReadOnlyList<string> Violations);

/// <summary>
/// Writes a log while it is followed, then follows it from the beginning again and again: the aggregates, the rows of a
/// projection that depend on every event and its order, and the output of a subscription hash to the same each time.
/// </summary>
internal static class ReplayRound
{
    private const string Schema = "replay";
    private const int EventsPerSession = 1_000;
    private const int EventsPerStream = 100;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(30);

    public static async Task<ReplayVerdict> RunAsync(string connectionString, int seed, int events, int replays)
    {
        string lived;
        await using (var store = await StartAsync(connectionString))
        {
            await WriteAsync(store.Log, seed, events);
            lived = await HashAsync(store);
        }

        var violations = new List<string>();
        var slowest = double.MaxValue;
        for (var replay = 1; replay <= replays; replay++)
        {
            await StartOverAsync(connectionString);
            var started = Stopwatch.GetTimestamp();
            await using var store = await StartAsync(connectionString);
            await store.Daemon.WaitForNonStaleProjectionDataAsync(Patience);
            slowest = Math.Min(slowest, events / Stopwatch.GetElapsedTime(started).TotalSeconds);
            if (await HashAsync(store) is var hash && hash != lived)
                violations.Add(string.Create(CultureInfo.InvariantCulture, $"seed {seed}, replay {replay}: hash {hash}, lived {lived}"));
        }

        return new ReplayVerdict(events, replays, lived, slowest, violations);
    }

    private static Task<CampaignStore> StartAsync(string connectionString) => CampaignStore.StartAsync(connectionString, Schema, options =>
    {
        options.Async<Digests>();
        options.Subscribe<Output>();
    });

    /// <summary>As a rebuild does, and for the subscription too.</summary>
    private static async Task StartOverAsync(string connectionString)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand($"truncate {Schema}.digests, {Schema}.mt_event_progression", connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Streams of about the same length, grown side by side in an order that the seed makes.</summary>
    private static async Task WriteAsync(EventLog log, int seed, int events)
    {
        var random = new Random(Seeds.Of(seed, "replay", 0));
        var streams = Math.Max(1, events / EventsPerStream);
        for (var written = 0; written < events; written += EventsPerSession)
        {
            var session = log.OpenSession();
            var name = string.Create(CultureInfo.InvariantCulture, $"s-{written / EventsPerSession}");
            var parts = Math.Min(EventsPerSession, events - written);
            for (var part = 1; part <= parts; part++)
                session.Append(string.Create(CultureInfo.InvariantCulture, $"stream-{random.Next(streams)}"), new Entry(name, part, parts));
            await session.SaveChangesAsync();
        }
    }

    private static async Task<string> HashAsync(CampaignStore store)
    {
        await store.Daemon.WaitForNonStaleProjectionDataAsync(Patience);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using var connection = await store.Service<NpgsqlDataSource>().OpenConnectionAsync();
        var session = store.Log.OpenSession();
        using (var rows = await connection.BeginTextExportAsync("copy (select stream_id, entries, digest from digests order by stream_id collate \"C\") to stdout"))
        {
            while (await rows.ReadLineAsync() is { } row)
            {
                hash.AppendData(Encoding.UTF8.GetBytes(row));
                hash.AppendData(Encoding.UTF8.GetBytes((await session.AggregateStreamAsync<Tally>(row.Split('\t')[0]))!.ToString()));
            }
        }

        hash.AppendData(store.Service<Output>().Hash());
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
