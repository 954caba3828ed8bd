using AlgoStack.Benchmarks.Measuring;

namespace AlgoStack.Benchmarks.Orders;

/// <summary>How long an order takes to its venue, and how many a second get there and come back as fills, none left out.</summary>
internal sealed class OrderPathSuite(OrderPath path, bool brief)
{
    private const double TimesBare = 3;
    private const double MedianAtMost = 0.005;
    private const double NinetyNinthAtMost = 0.020;
    private const int Steady = 50;
    private const int Busy = 500;

    private readonly SharedRuns _bare = new(() => path.PlaceBareAsync(brief ? 50 : 500, Steady));
    private readonly SharedRuns _requests = new(() => path.PlaceAsync(brief ? 50 : 500, Steady));
    private readonly SharedRuns _signals = new(() => path.SignalAsync(brief ? 50 : 500, Steady));
    private readonly int _many = brief ? 500 : 10_000;

    public IEnumerable<Comparison> Comparisons =>
    [
        Latency("request to order out, 50/s, median", _requests, 0.5, MedianAtMost),
        Latency("request to order out, 50/s, 99th of 100", _requests, 0.99, NinetyNinthAtMost),
        Latency("signal to order out, 50/s, median", _signals, 0.5, MedianAtMost),
        Latency("signal to order out, 50/s, 99th of 100", _signals, 0.99, NinetyNinthAtMost),
    ];

    public IEnumerable<Bound> Bounds =>
    [
        new($"{_many:N0} orders at 500/s, last out after", "s", 1.05 * _many / Busy, 1.01 * _many / Busy, async () => (await BusyAsync()).Took),
    ];

    private async Task<OrderRun> BusyAsync()
    {
        var run = await path.PlaceAsync(_many, Busy);
        await path.BookedAsync();
        return run;
    }

    private Comparison Latency(string work, SharedRuns ours, double share, double enough) =>
        new(work, "", TimesBare, 1.5, _bare.Of(r => r.Percentile(share)), ours.Of(r => r.Percentile(share)), IsTime: true, Enough: enough);

    /// <summary>Runs of which several lines take a figure each: every line its own of the first, then of the second.</summary>
    private sealed class SharedRuns(Func<Task<OrderRun>> run)
    {
        private readonly List<OrderRun> _runs = [];

        public Func<Task<double>> Of(Func<OrderRun, double> figure)
        {
            var taken = 0;
            return async () =>
            {
                if (taken == _runs.Count) _runs.Add(await run());
                return figure(_runs[taken++]);
            };
        }
    }
}
