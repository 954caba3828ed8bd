using System.Globalization;
using AlgoStack.Testing.Venues;

namespace AlgoStack.Campaigns.Orders;

/// <summary>
/// Holds what broker-routing has written down against the file of the venue, and both against what was asked for. It knows
/// neither the one's code nor the other's.
/// </summary>
internal sealed class OrderCheck
{
    /// <summary>What left before an account was gated may arrive so much later.</summary>
    private static readonly TimeSpan LongestFlight = TimeSpan.FromSeconds(5);

    private readonly VenueLedger _venue;
    private readonly RoutingLog _log;
    private readonly Dictionary<string, LoggedOrder> _orders;
    private readonly Dictionary<string, LoggedOrder> _byClientId;
    private readonly List<LoggedEvent> _gates;
    private readonly List<string> _violations = [];

    private OrderCheck(VenueLedger venue, RoutingLog log)
    {
        (_venue, _log) = (venue, log);
        _orders = log.Events
            .Where(e => e.Type.StartsWith("order_", StringComparison.Ordinal))
            .GroupBy(e => e.Stream, StringComparer.Ordinal)
            .Select(stream => new LoggedOrder(stream))
            .ToDictionary(o => o.Id, StringComparer.Ordinal);
        _byClientId = _orders.Values.SelectMany(o => o.ClientIds.Keys, (o, id) => (o, id)).ToDictionary(x => x.id, x => x.o, StringComparer.Ordinal);
        _gates = [.. log.Events.Where(e => e.Type is "account_gated" or "account_reconciled")];
    }

    /// <param name="asked">Answered, each of them.</param>
    /// <param name="closing">Ids of orders that there may be too, because positions were closed.</param>
    /// <returns>What is wrong; nothing where all agree.</returns>
    public static IReadOnlyList<string> Of(VenueLedger venue, RoutingLog log, IReadOnlyCollection<AskedOrder> asked, IReadOnlySet<string> closing)
    {
        var check = new OrderCheck(venue, log);
        check.Streams();
        check.Asked(asked, closing);
        check.Placed();
        check.Timely();
        check.Traded();
        check.Books();
        check.Drifts();
        check.Tables();
        return check._violations;
    }

    private void Streams()
    {
        var versions = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var e in _log.Events)
        {
            var before = versions.GetValueOrDefault(e.Stream);
            if (e.Version != before + 1) Complain($"stream {e.Stream}: after version {before} comes {e.Version}");
            versions[e.Stream] = e.Version;
        }
    }

    /// <summary>Which orders there are is a function of what was asked for, whatever died.</summary>
    private void Asked(IReadOnlyCollection<AskedOrder> asked, IReadOnlySet<string> closing)
    {
        foreach (var wish in asked)
        {
            if (!_orders.TryGetValue(wish.Id, out var order))
            {
                Complain($"order {wish.Id}: answered {wish.Answer}, and lost");
                continue;
            }

            if ((order.Instrument, order.Side, order.Wanted) != (wish.Instrument, wish.Side, wish.Quantity))
                Complain($"order {wish.Id}: {order.Side} {order.Wanted} {order.Instrument} in the log, asked for {wish.Side} {wish.Quantity} {wish.Instrument}");
            if (wish.Answer != 201 && order.Status != "Denied") Complain($"order {wish.Id}: answered {wish.Answer}, and {order.Status} in the log");
        }

        var opening = _orders.Values.Where(o => o.ThenOpen is not null).ToDictionary(o => OrderScript.OpeningIdOf(o.Id), StringComparer.Ordinal);
        foreach (var (rest, order) in opening.Where(o => o.Value.VenueStatus == "filled"))
        {
            if (_orders.GetValueOrDefault(rest)?.Wanted != order.ThenOpen) Complain($"order {order.Id}: has closed, and {rest} that opens {order.ThenOpen} more is lost");
        }

        var ids = asked.Select(a => a.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var order in _orders.Keys.Where(id => !ids.Contains(id) && !closing.Contains(id) && !opening.ContainsKey(id))) Complain($"order {order}: in the log, and nobody asked for it");
    }

    /// <summary>Every order is at the venue once, or never was and says why; and both say the same of it.</summary>
    private void Placed()
    {
        foreach (var twice in _venue.Orders.GroupBy(o => o.ClientOrderId, StringComparer.Ordinal).Where(g => g.Count() > 1))
            Complain($"order {twice.Key}: {twice.Count()} times at the venue");
        foreach (var order in _venue.Orders.Where(o => !_byClientId.ContainsKey(o.ClientOrderId)))
            Complain($"order {order.ClientOrderId}: at the venue, number {order.Number}, and never submitted");

        var there = _venue.Orders.Where(o => _byClientId.ContainsKey(o.ClientOrderId)).ToLookup(o => _byClientId[o.ClientOrderId].Id, StringComparer.Ordinal);
        foreach (var order in _orders.Values)
        {
            VenueOrder[] placed = [.. there[order.Id]];
            if (placed.Length == 0)
            {
                if (order.Status is not ("Denied" or "Rejected" or "Canceled") || order.Filled > 0) Complain($"order {order.Id}: {order.Status} in the log, and not at the venue");
                continue;
            }

            var (first, last) = (placed[0], placed[^1]);
            if ((OrderScript.InstrumentOf(first.Symbol), first.Side) != (order.Instrument, order.Side))
                Complain($"order {order.Id}: {first.Side} {first.Symbol} at the venue, {order.Side} {order.Instrument} in the log");
            if (placed.Skip(1).Any(o => o.Replaces is null)) Complain($"order {order.Id}: sent again as another");
            if (last.Status != order.VenueStatus) Complain($"order {order.Id}: {order.VenueStatus} in the log, {last.Status} at the venue");
            if (placed.Sum(o => o.Filled) is var filled && filled != order.Filled) Complain($"order {order.Id}: {order.Filled} traded in the log, {filled} at the venue");
        }
    }

    /// <summary>No order is at the venue before it is committed that it may be, nor while the account is not proven.</summary>
    private void Timely()
    {
        var submissions = _log.Events
            .Where(e => e.Type is "order_submitted" or "order_replace_requested")
            .ToLookup(e => e.OptionalText("VenueClientId") ?? e.Text("OrderId"), StringComparer.Ordinal);
        foreach (var order in _venue.Orders)
        {
            if (!submissions.Contains(order.ClientOrderId)) continue;

            if (submissions[order.ClientOrderId].LastOrDefault(e => e.CommittedAt <= order.AcceptedAt) is not { } sent)
            {
                Complain($"order {order.ClientOrderId}: at the venue at {order.AcceptedAt:O}, before it was committed at {submissions[order.ClientOrderId].First().CommittedAt:O}");
                continue;
            }

            if (sent.Type == "order_submitted" && _gates.LastOrDefault(g => g.Sequence < sent.Sequence) is not { Type: "account_reconciled" })
                Complain($"order {order.ClientOrderId}: submitted while the account was not proven");
            if (GateBefore(order.AcceptedAt) is { } gate && gate.CommittedAt + LongestFlight < order.AcceptedAt)
                Complain($"order {order.ClientOrderId}: at the venue at {order.AcceptedAt:O}, gated since {gate.CommittedAt:O}: {gate.Text("Reason")}");
        }
    }

    /// <summary>What gated the account at a time; null where it was proven.</summary>
    private LoggedEvent? GateBefore(DateTimeOffset at)
    {
        LoggedEvent? since = null;
        foreach (var gate in _gates.TakeWhile(g => g.CommittedAt <= at)) since = gate.Type == "account_reconciled" ? null : since ?? gate;
        return since;
    }

    /// <summary>Each trade of the venue is booked once, as it was.</summary>
    private void Traded()
    {
        var booked = _orders.Values.SelectMany(o => o.Fills, (o, fill) => (Order: o.Id, Fill: fill)).ToLookup(x => x.Fill.TradeId, StringComparer.Ordinal);
        foreach (var fill in _venue.Fills)
        {
            var expected = (_byClientId.TryGetValue(fill.ClientOrderId, out var order) ? order.Id : "none", (fill.ExecutionId, fill.Qty, fill.Price));
            var times = booked[fill.ExecutionId].Count();
            if (times != 1) Complain($"fill {fill.ExecutionId} of {fill.ClientOrderId}: booked {times} times");
            else if (booked[fill.ExecutionId].Single() is var found && found != expected) Complain($"fill {fill.ExecutionId}: booked as {found}, expected {expected}");
        }

        var told = _venue.Fills.Select(f => f.ExecutionId).ToHashSet(StringComparer.Ordinal);
        foreach (var (order, fill) in booked.Where(b => !told.Contains(b.Key)).SelectMany(b => b)) Complain($"fill {fill.TradeId} of {order}: booked, and not at the venue");
    }

    private void Books()
    {
        Compare("position", Positions(), _venue.Positions.ToDictionary(p => OrderScript.InstrumentOf(p.Key), p => p.Value, StringComparer.Ordinal), "in the log", "at the venue");
        Compare("cash", Cash(), new Dictionary<string, decimal>(StringComparer.Ordinal) { ["USD"] = _venue.Cash }, "in the log", "at the venue");
        foreach (var moves in _log.Events.Where(e => e.Type == "cash_moved").GroupBy(e => e.Text("Currency"), StringComparer.Ordinal))
        {
            if (moves.Sum(e => e.Number("Amount")) is var sum && sum != moves.Last().Number("Balance"))
                Complain($"cash {moves.Key}: its moves come to {sum}, the last says {moves.Last().Number("Balance")}");
        }
    }

    /// <summary>Nothing was taken for somebody else's.</summary>
    private void Drifts()
    {
        var open = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var e in _log.Events)
        {
            if (e.Type == "drift_found") open[e.Text("DriftId")] = e.Text("Detail");
            else if (e.Type == "drift_resolved") open.Remove(e.Text("DriftId"));
        }

        foreach (var (id, detail) in open) Complain($"drift {id}: {detail}");
    }

    /// <summary>The tables are what the log comes to.</summary>
    private void Tables()
    {
        var rows = _log.Orders.ToDictionary(r => r.OrderId, StringComparer.Ordinal);
        foreach (var order in _orders.Values)
        {
            var expected = new OrderRow(order.Id, order.Status, order.Quantity, order.Filled, order.Value);
            if (!rows.TryGetValue(order.Id, out var row) || row != expected) Complain($"table orders: {row?.ToString() ?? "none"}, expected {expected}");
        }

        if (rows.Count != _orders.Count) Complain($"table orders: {rows.Count} rows, expected {_orders.Count}");
        var fills = _log.Fills.ToHashSet();
        FillRow[] booked = [.. _orders.Values.SelectMany(o => o.Fills, (o, f) => new FillRow(o.Id, f.TradeId, f.Quantity, f.Price))];
        foreach (var fill in booked.Where(f => !fills.Contains(f))) Complain($"table fills: lacks {fill}");
        if (_log.Fills.Count != booked.Length) Complain($"table fills: {_log.Fills.Count} rows, expected {booked.Length}");
        Compare("position", _log.Positions, Positions(), "in the table", "in the log");
        Compare("cash", _log.Cash, Cash(), "in the table", "in the log");
    }

    private Dictionary<string, decimal> Positions() => _log.Events
        .Where(e => e.Type.StartsWith("position_", StringComparison.Ordinal))
        .GroupBy(e => e.Text("Instrument"), StringComparer.Ordinal)
        .Select(p => (Instrument: p.Key, Quantity: p.Last().Number("Quantity")))
        .Where(p => p.Quantity != 0)
        .ToDictionary(p => p.Instrument, p => p.Quantity, StringComparer.Ordinal);

    private Dictionary<string, decimal> Cash() => _log.Events
        .Where(e => e.Type == "cash_moved")
        .GroupBy(e => e.Text("Currency"), StringComparer.Ordinal)
        .ToDictionary(c => c.Key, c => c.Last().Number("Balance"), StringComparer.Ordinal);

    private void Compare(string what, IReadOnlyDictionary<string, decimal> left, IReadOnlyDictionary<string, decimal> right, string here, string there)
    {
        foreach (var key in left.Keys.Union(right.Keys, StringComparer.Ordinal))
        {
            var (one, other) = (left.GetValueOrDefault(key), right.GetValueOrDefault(key));
            if (one != other) Complain($"{what} {key}: {one} {here}, {other} {there}");
        }
    }

    private void Complain(FormattableString violation) => _violations.Add(violation.ToString(CultureInfo.InvariantCulture));
}
