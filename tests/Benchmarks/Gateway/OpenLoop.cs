using System.Diagnostics;

namespace AlgoStack.Benchmarks.Gateway;

/// <summary>
/// Asks at a rate, whatever the answers take: times run from when a request was due, so that who makes others wait is measured by all of
/// them.
/// </summary>
internal static class OpenLoop
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);

    /// <param name="paths">In turn.</param>
    public static async Task<Load> RunAsync(HttpClient http, IReadOnlyList<string> paths, int perSecond, TimeSpan lasting)
    {
        var count = (int)(perSecond * lasting.TotalSeconds);
        var took = new double[count];
        var asked = new Task[count];
        var failed = 0;
        var started = Stopwatch.GetTimestamp();
        using var timer = new PeriodicTimer(Tick);
        for (var next = 0; next < count; await timer.WaitForNextTickAsync())
        {
            for (var due = Stopwatch.GetElapsedTime(started).TotalSeconds * perSecond; next < count && next < due; next++) asked[next] = AskAsync(next);
        }

        await Task.WhenAll(asked);
        Array.Sort(took);
        return new Load(took, failed);

        async Task AskAsync(int number)
        {
            // Not before the next one is begun.
            await Task.Yield();
            using var patience = new CancellationTokenSource(Patience);
            try
            {
                using var answer = await http.GetAsync(new Uri(paths[number % paths.Count], UriKind.Relative), patience.Token);
                if (!answer.IsSuccessStatusCode) Interlocked.Increment(ref failed);
            }
            catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
            {
                Interlocked.Increment(ref failed);
            }

            took[number] = Stopwatch.GetElapsedTime(started).TotalSeconds - ((double)number / perSecond);
        }
    }
}

/// <param name="Took">Seconds of each, in order of length.</param>
internal sealed record Load(double[] Took, int Failed)
{
    public double Median => Took[Took.Length / 2];

    public double P95 => Took[(int)(Took.Length * 0.95)];

    public double P99 => Took[(int)(Took.Length * 0.99)];

    public double FailedPercent => 100.0 * Failed / Took.Length;
}
