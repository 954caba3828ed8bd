using System.Collections.Frozen;
using AlgoStack.BrokerRouting.Brokers;
using AlgoStack.BrokerRouting.Risk;
using AlgoStack.Contracts.MarketData;
using AlgoStack.EventStore.Streams;
using AlgoStack.Postgres;
using AlgoStack.Trading.Instruments;

namespace AlgoStack.BrokerRouting.Accounts;

/// <summary>The accounts that are configured under <c>Accounts</c>, each at work by itself: one that breaks leaves the others alone.</summary>
public sealed class AccountDesks : BackgroundService
{
    private readonly FrozenDictionary<string, AccountDesk> _desks;

    public AccountDesks(
        IConfiguration configuration, BrokerFactory brokers, AccountLoader loader, TradingSwitch trading, EventLog log, ServiceDatabase database, TimeProvider clock, ILogger<AccountDesk> logger) =>
        _desks = configuration.GetSection("Accounts").GetChildren()
            .Select(a => new AccountDesk(a.Key, brokers.Create(a.Key), loader, trading, log, database, clock, logger))
            .ToFrozenDictionary(d => d.Account, StringComparer.Ordinal);

    public IEnumerable<AccountDesk> All => _desks.Values;

    public AccountDesk? Find(string account) => _desks.GetValueOrDefault(account);

    /// <summary>Tells all accounts the newest closes.</summary>
    public void Mark(BarsClosed batch)
    {
        if (_desks.Count == 0 || batch.WarmUp) return;

        var newest = new Dictionary<string, (double, DateTimeOffset)>(StringComparer.Ordinal);
        var bars = batch.Bars;
        for (var row = 0; row < bars.Count; row++)
            newest[new InstrumentId(bars.Instruments[bars.Instrument[row]]).Symbol] = (bars.Close[row], DateTimeOffset.FromUnixTimeMilliseconds(bars.CloseMs[row]));
        foreach (var desk in _desks.Values) desk.Mark(newest);
    }

    public override void Dispose()
    {
        foreach (var desk in _desks.Values) desk.Broker.DisposeAsync().AsTask().GetAwaiter().GetResult();
        base.Dispose();
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(_desks.Values.Select(d => d.RunAsync(stoppingToken)));
}
