using System.Diagnostics;
using System.Globalization;
using AlgoStack.Campaigns.Processes;
using AlgoStack.Campaigns.Trials;
using AlgoStack.Testing;
using Npgsql;

namespace AlgoStack.Campaigns;

/// <summary>The long forms of what tests do in short.</summary>
internal sealed class EventStoreCampaign(CampaignOptions options, TextWriter output)
{
    /// <summary>Of each target in one store, so that its log, which is read whole after each kill, stays short.</summary>
    private const int KillsPerRound = 5;

    private const int Replays = 20;
    private const int ReplayedEvents = 1_000_000;
    private const double SlowestRebuild = 20_000;

    private readonly Summary _summary = new(output);
    private readonly long _started = Stopwatch.GetTimestamp();

    /// <summary>Goes on after a violation.</summary>
    /// <returns>0 when there was none, else 1.</returns>
    public async Task<int> RunAsync()
    {
        await CrashAsync();
        await TrialAsync("64 writers x 10,000 on one stream at any version (sessions)", s => ContentionRound.RunAsync(s, WriterLoad.AnyVersion, 4, 16, 10_000));
        await TrialAsync("8 writers x 500 on one stream at an expected version (sessions)", s => ContentionRound.RunAsync(s, WriterLoad.ExpectedVersion, 2, 4, 500));
        await TrialAsync("64 writers of everything, rolled back at random (sessions)", s => ContentionRound.RunAsync(s, WriterLoad.Mixed, 4, 16, 2_000));
        await TrialAsync("sessions beside 20 transactions held open", s => HeldTransactionRound.RunAsync(s, 20));
        await ReplayAsync();
        _summary.Print(string.Create(
            CultureInfo.InvariantCulture, $"event-store campaign, seed {options.Seed}, {Stopwatch.GetElapsedTime(_started).TotalMinutes:0.0} min"));
        return _summary.HasViolations ? 1 : 0;
    }

    private bool IsTimeUp(string what)
    {
        if (Stopwatch.GetElapsedTime(_started) < options.Longest) return false;

        output.WriteLine($"left out, the time is up: {what}");
        return true;
    }

    /// <summary>Each round has a seed of its own: with it, and as many kills, a campaign begins with that round.</summary>
    private async Task CrashAsync()
    {
        for (var (round, left) = (0, options.Kills); left > 0; round++, left -= KillsPerRound)
        {
            if (IsTimeUp($"{left} kills of each target")) return;

            var seed = options.Seed + round;
            var kills = Enum.GetValues<Target>().ToDictionary(t => t, _ => Math.Min(left, KillsPerRound));
            var verdict = await GuardedAsync(seed, () => CrashRound.RunAsync(seed, kills, output.WriteLine));
            foreach (var (target, times) in kills) _summary.Count(Name(target), times);
            AddVerdict("sessions told that they are saved, under kills", verdict);
        }
    }

    private async Task TrialAsync(string what, Func<int, Task<Verdict>> run)
    {
        if (IsTimeUp(what)) return;

        output.WriteLine(what);
        var verdict = await GuardedAsync(options.Seed, () => run(options.Seed));
        AddVerdict(what, verdict);
    }

    private void AddVerdict(string what, Verdict verdict)
    {
        _summary.Add(what, verdict.Saved, verdict.Violations);
        _summary.Count("  told that they are refused", verdict.Refused);
        _summary.Count("  cut off before they were told", verdict.Unknown);
        _summary.Count("  not told, and there", verdict.UnknownThere);
        _summary.Count("  events, each found once by every follower", verdict.Events);
        _summary.Count("  events that the subscription was told again", verdict.ToldAgain);
        _summary.Count("  reads, each a prefix of the list that it read", verdict.Reads);
    }

    private async Task ReplayAsync()
    {
        var what = string.Create(CultureInfo.InvariantCulture, $"replays of {ReplayedEvents:N0} events to one SHA-256");
        if (IsTimeUp(what)) return;

        output.WriteLine(what);
        await using var server = await TestServers.StartPrivatePostgresAsync();
        var database = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Database = "postgres" }.ConnectionString;
        var verdict = await ReplayRound.RunAsync(database, options.Seed, ReplayedEvents, Replays);
        _summary.Add(what, verdict.Replays, verdict.Violations);
        _summary.Add(
            "  events a second of the slowest replay, 20,000 at least",
            (long)verdict.SlowestRebuild,
            verdict.SlowestRebuild >= SlowestRebuild ? [] : [$"a replay came to {verdict.SlowestRebuild:0} events a second"]);
        output.WriteLine($"SHA-256 {verdict.Hash}");
    }

    /// <summary>A trial that cannot go on, because something never comes back for example, is a violation too.</summary>
    private static async Task<Verdict> GuardedAsync(int seed, Func<Task<Verdict>> run)
    {
        try
        {
            var verdict = await run();
            return verdict with { Violations = [.. verdict.Violations.Select(v => $"seed {seed}: {v}")] };
        }
#pragma warning disable CA1031 // Whatever stopped it.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return new Verdict(0, 0, 0, 0, 0, 0, 0, [$"seed {seed}: {e}"]);
        }
    }

    private static string Name(Target target) => target switch
    {
        Target.Writer => "kill -9 of a writing process",
        Target.Reader => "kill -9 of a reading process",
        Target.Server => "kill -9 of PostgreSQL",
        _ => "cut of the network",
    };
}
