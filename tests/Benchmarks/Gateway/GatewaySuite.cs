using AlgoStack.Benchmarks.Measuring;

namespace AlgoStack.Benchmarks.Gateway;

/// <summary>What callers of the one address wait for, with every service running on this machine.</summary>
internal sealed class GatewaySuite
{
    /// <summary>Minutes of <c>LONG.SIM</c> that charts are made of.</summary>
    public const int Minutes = 110_000;

    private const double MostFailedPercent = 0.1;
    private const double MostAnewPercent = 25;
    private const double AnewPercentGoal = 5;
    private const long FirstMinute = 1_704_205_800;
    private const int ChartsPerSecond = 4;

    /// <summary>Of a paced replay: 16 minutes a second is as fast as one goes.</summary>
    private const int InstantsPerSecond = 15;

    /// <summary>With fewer, no average has crossed another, and nothing trades.</summary>
    private const int PixelInstants = 400;
    private const int PixelOrders = 120;

    private static readonly TimeSpan PixelPace = TimeSpan.FromMilliseconds(200);

    private readonly LoadedSystem _system;
    private readonly bool _brief;
    private readonly int _rate;
    private readonly TimeSpan _lasting;
    private readonly Lazy<Task<Reads>> _reads;

    public GatewaySuite(LoadedSystem system, bool brief)
    {
        (_system, _brief) = (system, brief);
        (_rate, _lasting) = brief ? (20, TimeSpan.FromSeconds(1)) : (500, TimeSpan.FromSeconds(15));
        _reads = new(ReadsAsync);
    }

    public IEnumerable<Comparison> Comparisons =>
    [
        new("mixed reads, 500/s: p95", "", 3, 2, async () => (await _reads.Value).Constant.P95, async () => (await _reads.Value).Mixed.P95, IsTime: true, Enough: 0.020),
        new("mixed reads, 500/s: p99", "", 3, 2, async () => (await _reads.Value).Constant.P99, async () => (await _reads.Value).Mixed.P99, IsTime: true, Enough: 0.100),
        new("UDF history, asked anew and kept, 4/s: median", "", 0.2, 0.1, () => ChartsAsync(anew: true), () => ChartsAsync(anew: false), IsTime: true, Enough: 0.050),
    ];

    public IEnumerable<Bound> Bounds =>
    [
        new("mixed reads, 500/s: failed", "%", MostFailedPercent, 0, async () => (await _reads.Value).Mixed.FailedPercent),
        .. new[] { "prices", "statistics", "catalogue" }.Select(kind =>
            new Bound($"mixed reads, 500/s: {kind} not kept", "%", MostAnewPercent, AnewPercentGoal, async () => (await _reads.Value).AnewPercent(kind))),
        new("mixed reads, 1,000/s: failed", "%", MostFailedPercent, 0, async () => (await OpenLoop.RunAsync(await _system.ClientAsync(), MixedReads, 2 * _rate, _lasting)).FailedPercent),
        new("UDF history, none of it kept, 4/s: p95", "ms", 500, 250, async () => 1_000 * (await OpenLoop.RunAsync(await _system.ClientAsync(anew: true), Charts, ChartsPerSecond, _lasting)).P95),
        new("event committed to pixel, 100 clients: p95", "ms", 100, 50, PixelAsync),
        new("1,000 WebSocket clients: the gateway's memory", "MiB", 500, 250, CrowdAsync),
    ];

    private async Task<Reads> ReadsAsync()
    {
        var http = await _system.ClientAsync();
        // Everything is compiled, for good and in seven processes, and every connection stands.
        await OpenLoop.RunAsync(http, MixedReads, _rate, 2 * _lasting);
        var constant = await OpenLoop.RunAsync(http, ["/alive"], _rate, _lasting);
        var before = await _system.AnswersAsync();
        var mixed = await OpenLoop.RunAsync(http, MixedReads, _rate, _lasting);
        var after = await _system.AnswersAsync();
        return new Reads(constant, mixed, after.ToDictionary(a => a.Key, a => a.Value - before.GetValueOrDefault(a.Key)));
    }

    /// <summary>The same charts, so soon after each other that what is kept of them is still good.</summary>
    private async Task<double> ChartsAsync(bool anew) => (await OpenLoop.RunAsync(await _system.ClientAsync(anew), Charts, ChartsPerSecond, _lasting)).Median;

    /// <summary>What the console's screens read: of each service, and of the gateway itself.</summary>
    private string[] MixedReads =>
    [
        "/api/v1/status",
        "/api/v1/instruments",
        $"/api/v1/sessions/{_system.Session}",
        "/api/v1/history?instrument=SP500-2000.SIM&timeframe=1d&limit=100",
        "/api/v1/signals?limit=20",
        $"/api/v1/orders?session={_system.Session}&limit=20",
        "/api/v1/trading",
        $"/api/v1/positions?session={_system.Session}",
        "/api/v1/alerts?limit=20",
        "/api/v1/backtest?limit=20",
        $"/api/v1/portfolios/paper-{_system.Session}/statistics",
        "/api/v1/signal/strategies",
        "/udf/config",
        "/udf/history?symbol=SP500-2000.SIM&resolution=1D&from=0&to=2000000000&countback=300",
    ];

    private static string[] Charts { get; } =
    [
        .. new[] { "1", "5", "60", "240", "1D" }.Select(resolution => $"/udf/history?symbol=LONG.SIM&resolution={resolution}&from=0&to={FirstMinute + (Minutes * 60L)}&countback=300"),
        $"/udf/history?symbol=LONG.SIM&resolution=1&from=0&to={FirstMinute + (Minutes * 60L)}",
        .. new[] { "1D", "1W", "1M" }.Select(resolution => $"/udf/history?symbol=SP500-2000.SIM&resolution={resolution}&from=0&to=2000000000&countback=300"),
        "/udf/history?symbol=SP500-2000.SIM&resolution=1D&from=0&to=2000000000",
    ];

    private async Task<double> PixelAsync()
    {
        await _system.ClientAsync();
        await using var crowd = await SocketCrowd.ConnectAsync(_system.Address, _system.Token, _brief ? 9 : 99);
        await using var watch = await PixelWatch.OpenAsync(_system.Address);
        var session = await _system.ReplayMinutesAsync(PixelInstants, InstantsPerSecond);
        var orders = await _system.BuyAsync(_brief ? 5 : PixelOrders, PixelPace);
        await _system.EndAsync(session);
        // Of a rush the console shows the newest: the last is always shown.
        await Testing.Eventually.True(async () => (await watch.ShownAsync()).ContainsKey(orders[^1]), what: "the last fill is shown");
        var (committed, shown) = (await _system.FillsAsync(), await watch.ShownAsync());
        // What was not shown was never there in time.
        double[] took = [.. orders.Select(order => shown.TryGetValue(order, out var at) ? at - committed[order] : double.PositiveInfinity).Order()];
        return took[(int)(took.Length * 0.95)];
    }

    private async Task<double> CrowdAsync()
    {
        var clients = _brief ? 20 : 1_000;
        await _system.ClientAsync();
        await using var crowd = await SocketCrowd.ConnectAsync(_system.Address, _system.Token, clients);
        await _system.EndAsync(await _system.ReplayMinutesAsync(100, InstantsPerSecond));
        var held = _system.GatewayMebibytes();
        return crowd.Standing == clients && crowd.Heard > 0 ? held : throw new InvalidOperationException($"Of {clients} clients {crowd.Standing} are still there, and heard {crowd.Heard} messages.");
    }

    /// <param name="Answers">Of those in <paramref name="Mixed"/> that may be kept, how often one was there.</param>
    private sealed record Reads(Load Constant, Load Mixed, IReadOnlyDictionary<(string Kind, bool Hit), double> Answers)
    {
        public double AnewPercent(string kind)
        {
            var (hits, misses) = (Answers.GetValueOrDefault((kind, true)), Answers.GetValueOrDefault((kind, false)));
            return hits + misses > 0 ? 100 * misses / (hits + misses) : throw new InvalidOperationException($"Nothing that is kept as {kind} was asked for.");
        }
    }
}
