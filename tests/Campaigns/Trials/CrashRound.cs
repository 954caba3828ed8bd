using System.Globalization;
using AlgoStack.Campaigns.Processes;

namespace AlgoStack.Campaigns.Trials;

/// <summary>What is killed; the network is cut instead, in the middle of whatever is on it.</summary>
internal enum Target
{
    Writer,
    Reader,
    Server,
    Network,
}

/// <summary>
/// Two processes write to a store, one of them projecting inline, and two follow it. Each target is killed at points that
/// the seed makes, in an order that the seed makes; it is started again and goes on, and the store is checked after each
/// kill and at the end.
/// </summary>
internal static class CrashRound
{
    private const int Workers = 8;

    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(50);

    /// <param name="seed">The same makes the same order, points and sessions; what is in flight at a point is the machine's.</param>
    /// <param name="say">Given a line for each kill.</param>
    public static async Task<Verdict> RunAsync(int seed, IReadOnlyDictionary<Target, int> kills, Action<string> say)
    {
        var random = new Random(seed);
        var order = kills.SelectMany(k => Enumerable.Repeat(k.Key, k.Value)).ToArray();
        random.Shuffle(order);
        await using var trial = await Trial.PrepareAsync();
        int[] starts = [0, 0];
        await trial.StartAsync(readers: 2, NextWriter(0), NextWriter(1));
        for (var kill = 1; kill <= order.Length; kill++)
        {
            var target = order[kill - 1];
            await trial.SomeSessionsAsync(random.Next(20, 150));
            await Task.Delay(random.NextDouble() * LongestPause);
            // In turn, because of two readers the one that was killed last is idle.
            var which = (kills[target] - order[(kill - 1)..].Count(t => t == target)) % 2;
            var saved = trial.History.Saved.Count;
            await (target switch
            {
                Target.Writer => trial.KillWriterAsync(which, NextWriter(which)),
                Target.Reader => trial.KillReaderAsync(which),
                Target.Server => trial.KillServerAsync(),
                _ => trial.CutNetworkAsync(),
            });
            await trial.CheckAsync($"seed {seed}, after kill {kill} ({target})");
            say(string.Create(CultureInfo.InvariantCulture, $"seed {seed}, kill {kill} of {order.Length}: {target} {which}, after {saved:N0} sessions"));
        }

        await trial.SomeSessionsAsync(100);
        return await trial.EndAsync();

        WriterTask NextWriter(int which)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"{(which == 0 ? "plain" : Trial.InlinePrefix)}-{starts[which]++}");
            // Where those that run are by now, so that all write to the same streams.
            var start = trial.History.Saved.Count / (2 * Workers);
            return new WriterTask(Trial.Schema, name, seed, WriterLoad.Mixed, Workers, start, Inline: which == 1);
        }
    }
}
