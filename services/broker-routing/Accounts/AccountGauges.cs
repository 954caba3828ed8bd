using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace AlgoStack.BrokerRouting.Accounts;

/// <summary>
/// How accounts stand, by <c>account</c> and <c>broker</c>, of those that this process trades. One for the process: gauges of one
/// name that come and go with their owners take each other along.
/// </summary>
internal sealed class AccountGauges
{
    private static readonly Meter Meter = new(OrderMeter.Name);
    private readonly ConcurrentDictionary<AccountDesk, TimeProvider> _desks = new();

    private AccountGauges()
    {
        Gauge("algostack.account.proven", "1", "1 where orders may leave, else 0.", (d, _) => d.State is { IsProven: true } ? 1 : 0);
        Gauge("algostack.account.stream.connected", "1", "1 while the venue's stream stands, else 0.", (d, _) => d.State is { IsConnected: true } ? 1 : 0);
        Gauge("algostack.account.reconcile.age", "s", "Time since the account was last compared with its venue.", (d, clock) =>
            d.State?.ComparedAt is { } at ? (clock.GetUtcNow() - at).TotalSeconds : null);
        Gauge("algostack.account.drifts", "{drift}", "What books and venue do not agree on, and nobody has resolved.", (d, _) => d.State?.Drifts);
        Gauge("algostack.account.orders.working", "{order}", "Orders that are approved and not done.", (d, _) => d.State?.Working);
        Gauge("algostack.account.orders.unknown", "{order}", "Orders of which nobody can say whether they are at the venue.", (d, _) => d.State?.Unknown);
        Gauge("algostack.broker.budget.left", "1", "What is left of the requests that the venue lets us make, from 0 to 1.", (d, _) => d.Broker.BudgetLeft);
    }

    public static AccountGauges Shared { get; } = new();

    public void Watch(IEnumerable<AccountDesk> desks, TimeProvider clock)
    {
        foreach (var desk in desks) _desks[desk] = clock;
    }

    public void Leave(IEnumerable<AccountDesk> desks)
    {
        foreach (var desk in desks) _desks.TryRemove(desk, out _);
    }

    private void Gauge(string name, string unit, string description, Func<AccountDesk, TimeProvider, double?> read) => Meter.CreateObservableGauge(
        name,
        () => _desks
            .Select(d => (Desk: d.Key, Value: read(d.Key, d.Value)))
            .Where(m => m.Value is not null)
            .Select(m => new Measurement<double>(m.Value!.Value, new("account", m.Desk.Account), new("broker", m.Desk.Venue))),
        unit,
        description);
}
