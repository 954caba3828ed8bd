namespace AlgoStack.Campaigns.Orders;

/// <summary>What is killed.</summary>
internal enum OrderTarget
{
    Routing,
    Postgres,
    RabbitMQ,
    Venue,
}

/// <summary>What a trial puts an account through.</summary>
/// <param name="Seed">Makes what is asked for, the market, the points of the kills, and the venue's faults.</param>
/// <param name="Symbols">That are traded.</param>
/// <param name="Callers">Each asks for one order after the other, once the one before has left.</param>
/// <param name="Faults">Members of the venue's <c>/sim/faults</c>.</param>
internal sealed record OrderLoad(
    int Seed, int Orders, int Symbols, int Callers, IReadOnlyDictionary<OrderTarget, int> Kills, IReadOnlyDictionary<string, object> Faults)
{
    private const int CrashSymbols = 24;
    private const int CrashCallers = 16;
    private const int MostChaosSymbols = 200;

    /// <summary>Many, for one whose order is lost waits until it is known that it is.</summary>
    private const int ChaosCallers = 64;

    /// <summary>More than are ever asked: the venue's own limit is not what is tried here.</summary>
    private const int RequestsPerMinute = 1_000_000;

    /// <summary>Longer than the service waits for an answer, so that a connection that is cut is a time-out first.</summary>
    private const int DropAfterMs = 2_500;

    /// <summary>A venue that is honest, and processes that die: each target so many times (TS1).</summary>
    public static OrderLoad Crash(int seed, int kills, int orders) =>
        new(seed, orders, CrashSymbols, CrashCallers, Enum.GetValues<OrderTarget>().ToDictionary(t => t, _ => kills), Honest());

    /// <summary>
    /// A venue that takes an order and says nothing, or loses it, loses, doubles and mixes up what it tells, and that begins its
    /// ids anew each time it is killed (TS6).
    /// </summary>
    public static OrderLoad Chaos(int seed, int kills, int orders) => new(
        seed,
        orders,
        Math.Clamp(orders / 10, CrashSymbols, MostChaosSymbols),
        ChaosCallers,
        new Dictionary<OrderTarget, int> { [OrderTarget.Venue] = kills },
        new Dictionary<string, object>(Honest(), StringComparer.Ordinal)
        {
            ["seed"] = seed,
            ["accept_then_drop"] = 0.125,
            ["accept_then_error"] = 0.125,
            ["drop_before_accepting"] = 0.125,
            ["error_before_accepting"] = 0.125,
            ["drop_after_ms"] = DropAfterMs,
            ["duplicate_event"] = 0.1,
            ["out_of_order_event"] = 0.1,
            ["lost_event"] = 0.8,
            ["id_rollback"] = true,
        });

    /// <summary>No faults at all.</summary>
    public static Dictionary<string, object> Honest() => new(StringComparer.Ordinal) { ["requests_per_minute"] = RequestsPerMinute };
}
