using System.Diagnostics;
using System.Globalization;
using AlgoStack.Campaigns.Sweeps;
using AlgoStack.Testing;

namespace AlgoStack.Campaigns;

/// <summary>One sweep, shared by three processes of the backtest service that are killed in turn.</summary>
internal sealed class SweepCampaign(CampaignOptions options, TextWriter output)
{
    private const int Bars = 50_000;

    /// <returns>0 when it came to what it comes to in one process, else 1.</returns>
    public async Task<int> RunAsync()
    {
        var started = Stopwatch.GetTimestamp();
        var servers = new ServerFixture();
        var verdict = await SweepTrial.RunAsync(
            await servers.CreateSchemaDatabaseAsync(),
            await servers.CreateVirtualHostAsync(),
            options.Seed,
            Bars,
            options.Combinations,
            options.Kills,
            output.WriteLine);
        await servers.DisposeAsync();

        var summary = new Summary(output);
        summary.Add("outcomes, byte for byte those of one process", verdict.Combinations, verdict.Violations);
        summary.Count("  parts, each in the log once", verdict.Parts);
        summary.Count("kill -9 of a worker", verdict.Kills);
        summary.Count("  parts handed out again", verdict.Redelivered);
        summary.Print(string.Create(
            CultureInfo.InvariantCulture, $"sweep campaign, seed {options.Seed}, {Stopwatch.GetElapsedTime(started).TotalMinutes:0.0} min"));
        return summary.HasViolations ? 1 : 0;
    }
}
