using System.Diagnostics;
using System.Globalization;
using AlgoStack.Testing.Fuzzing;

namespace AlgoStack.Campaigns;

/// <summary>A whole system that is asked, through its gateway, what its own OpenAPI document does not allow.</summary>
internal sealed class FuzzCampaign(CampaignOptions options, TextWriter output)
{
    /// <returns>0 when every answer held to the rules, else 1.</returns>
    public async Task<int> RunAsync()
    {
        var started = Stopwatch.GetTimestamp();
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"tests/campaign fuzz --seed {options.Seed} --from {options.From} --count {options.Count}"));
        await using var system = await FuzzRun.StartSystemAsync();
        var report = await FuzzRun.RunAsync(system, options.Seed, options.From, options.Count, options.Longest);
        var summary = new Summary(output);
        summary.Add($"requests to {report.Operations} operations", report.Asked, [.. report.Findings.Select(f => f.ToString())]);
        foreach (var (status, times) in report.Answers.OrderBy(a => a.Key, StringComparer.Ordinal)) summary.Count($"answered {status}", times);
        summary.Print(string.Create(CultureInfo.InvariantCulture, $"fuzz campaign, seed {options.Seed}, {Stopwatch.GetElapsedTime(started).TotalMinutes:0.0} min"));
        return summary.HasViolations ? 1 : 0;
    }
}
