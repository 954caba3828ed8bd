using System.Globalization;
using AlgoStack.Campaigns.Processes;

namespace AlgoStack.Campaigns.Trials;

/// <summary>Many writers, spread over processes, after the same stream, or after the same few lists, while a follower runs.</summary>
internal static class ContentionRound
{
    private static readonly TimeSpan Patience = TimeSpan.FromHours(1);

    /// <param name="workers">In each process.</param>
    /// <param name="sessions">To be saved by each worker; one that is refused is tried again at what the stream is at then.</param>
    public static async Task<Verdict> RunAsync(int seed, WriterLoad load, int processes, int workers, int sessions)
    {
        await using var trial = await Trial.PrepareAsync();
        await trial.StartAsync(readers: 1, Enumerable.Range(0, processes).Select(p => new WriterTask(
            Trial.Schema, string.Create(CultureInfo.InvariantCulture, $"writer-{p}"), seed, load, workers, Sessions: sessions)));
        await trial.AllDoneAsync(Patience);

        var verdict = await trial.EndAsync();
        var expected = processes * workers * sessions;
        return load == WriterLoad.Mixed || verdict.Saved == expected
            ? verdict
            : verdict with { Violations = [.. verdict.Violations, $"{verdict.Saved} sessions are saved, expected {expected}"] };
    }
}
