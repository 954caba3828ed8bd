using System.Collections.Frozen;
using AlgoStack.BrokerRouting.Brokers;
using AlgoStack.BrokerRouting.Orders;
using AlgoStack.BrokerRouting.Risk;
using AlgoStack.Contracts.MarketData;
using AlgoStack.EventStore.Streams;
using AlgoStack.Postgres;
using AlgoStack.ServiceDefaults.Configuration;
using AlgoStack.ServiceDefaults.Problems;
using AlgoStack.Trading.Instruments;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AlgoStack.BrokerRouting.Accounts;

/// <summary>The accounts that are configured under <c>Accounts</c>, each at work by itself: one that breaks leaves the others alone.</summary>
public sealed class AccountDesks : BackgroundService
{
    private readonly FrozenDictionary<string, AccountDesk> _desks;
    private readonly TradingSwitch _trading;
    private readonly FrozenDictionary<string, FrozenSet<string>> _strategies;

    public AccountDesks(
        IConfiguration configuration, BrokerFactory brokers, AccountLoader loader, TradingSwitch trading, EventLog log, ServiceDatabase database, TimeProvider clock, ILogger<AccountDesk> logger)
    {
        var limits = new LimitSettings(configuration);
        _desks = configuration.GetSection("Accounts").GetChildren()
            .Select(a => new AccountDesk(
                NameOf(a), new MeasuredBroker(a.Key, brokers.Create(a.Key), clock), limits.Read(a.Key), loader, trading, log, database, clock, logger))
            .ToFrozenDictionary(d => d.Account, StringComparer.Ordinal);
        AccountGauges.Shared.Watch(_desks.Values, clock);
        _trading = trading;
        _trading.Switched += OnSwitched;
        _strategies = _desks.Keys.ToFrozenDictionary(
            a => a, a => configuration.GetSection($"Accounts:{a}:Strategies").GetChildren().Select(s => s.Key).ToFrozenSet(StringComparer.Ordinal), StringComparer.Ordinal);
    }

    public IEnumerable<AccountDesk> All => _desks.Values;

    /// <param name="account">As a caller says it, who may say none.</param>
    public AccountDesk? Find(string? account) => account is null ? null : _desks.GetValueOrDefault(account);

    /// <summary>What a request is answered whose account <see cref="Find"/> does not know.</summary>
    public static ProblemHttpResult NotFound(string account) => Problem.NotFound("account_not_found", $"There is no account '{account}' at a venue.");

    /// <summary>The strategies that trade on an account: the names under <c>Accounts:main:Strategies</c>.</summary>
    public IReadOnlySet<string> StrategiesOf(AccountDesk desk) => _strategies[desk.Account];

    /// <summary>Tells all accounts the newest closes of the market as it is now: what a replay closes at is no price of today's.</summary>
    public void Mark(BarsClosed batch)
    {
        if (_desks.Count == 0 || batch.SessionId != SessionBook.LiveSession || batch.WarmUp) return;

        var newest = new Dictionary<InstrumentId, (double, DateTimeOffset)>();
        var bars = batch.Bars;
        for (var row = 0; row < bars.Count; row++)
            newest[new InstrumentId(bars.Instruments[bars.Instrument[row]])] = (bars.Close[row], DateTimeOffset.FromUnixTimeMilliseconds(bars.CloseMs[row]));
        foreach (var desk in _desks.Values) desk.Mark(newest);
    }

    public override void Dispose()
    {
        _trading.Switched -= OnSwitched;
        AccountGauges.Shared.Leave(_desks.Values);
        foreach (var desk in _desks.Values) desk.Broker.DisposeAsync().AsTask().GetAwaiter().GetResult();
        base.Dispose();
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(_desks.Values.Select(d => d.RunAsync(stoppingToken)));

    private static string NameOf(IConfigurationSection account) => account.Key.StartsWith(SessionBook.AccountPrefix, StringComparison.Ordinal)
        ? throw new InvalidConfigurationException(account.Path, $"is called as accounts of sessions are: expected a name that does not begin with '{SessionBook.AccountPrefix}'.")
        : account.Key;

    private void OnSwitched(object? sender, EventArgs e)
    {
        foreach (var desk in _desks.Values) desk.OnSwitched();
    }
}
