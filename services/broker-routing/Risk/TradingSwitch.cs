using System.Collections.Concurrent;
using System.Collections.Immutable;
using AlgoStack.EventStore.Streams;
using AlgoStack.Trading.Risk;

namespace AlgoStack.BrokerRouting.Risk;

/// <summary>
/// The kill switches: everybody's, an account's, a strategy's of an account. They are a stream of the log, read at start, so what
/// was thrown survives a restart. Accounts at venues take a switch over before it is answered; a paper session takes everybody's
/// over with its next batch. What another process has thrown is heard within <see cref="ListenEvery"/>.
/// </summary>
public sealed partial class TradingSwitch(EventLog log, TimeProvider clock, ILogger<TradingSwitch> logger) : BackgroundService
{
    private const string Stream = "trading";
    private static readonly TimeSpan ListenEvery = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _gate = new(1);
    private volatile Standing _now = new(ImmutableDictionary<Scope, TradingSwitched>.Empty);
    private long _version;

    /// <summary>Switches have changed: what they stop must not leave any more by the time this returns.</summary>
    public event EventHandler? Switched;

    /// <summary>Everybody's.</summary>
    public TradingState State => StateOf(_now.Last(default));

    public string Reason => _now.Last(default).Reason;

    /// <summary>Of each switch that was ever thrown the last word, everybody's first.</summary>
    public IEnumerable<TradingSwitched> All => _now.All;

    /// <summary>Those that an account's orders pass. The same object as long as nothing was switched.</summary>
    public TradingSwitches Of(string account) => _now.Of(account);

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await RefreshAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    /// <summary>Throws or releases a switch, and returns once nothing that it stops can leave; asking for the state it is in changes nothing.</summary>
    public async Task<TradingSwitched> SwitchAsync(TradingState state, string reason, string? account = null, string? strategy = null, bool flatten = false)
    {
        var scope = new Scope(account, strategy);
        if (!flatten && StateOf(_now.Last(scope)) == state) return _now.Last(scope);

        var session = log.OpenSession();
        session.Append(Stream, new TradingSwitched(state.ToString(), reason, clock.GetUtcNow())
        {
            Account = account,
            Strategy = strategy,
            FlatteningId = flatten ? Guid.CreateVersion7(clock.GetUtcNow()).ToString("n") : null,
        });

        // Whoever asked may be gone by now: a halt is carried through all the same.
        await session.SaveChangesAsync(CancellationToken.None);
        await RefreshAsync(CancellationToken.None);
        return _now.Last(scope);
    }

    /// <summary>Takes over what the log has by now.</summary>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            var switches = await log.OpenSession().FetchStreamAsync(Stream, fromVersion: _version + 1, cancellationToken: cancellationToken);
            if (switches.Count == 0) return;

            _now = new Standing(_now.Switches.SetItems(
                switches.Select(s => (TradingSwitched)s.Data).Select(s => KeyValuePair.Create(new Scope(s.Account, s.Strategy), s))));
            _version = switches[^1].Version;
            Switched?.Invoke(this, EventArgs.Empty);
        }
        finally
        {
            _gate.Release();
        }
    }

    public override void Dispose()
    {
        _gate.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(ListenEvery, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await RefreshAsync(stoppingToken);
            }
#pragma warning disable CA1031 // Without the log no order leaves either; it is asked again.
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                LogUnread(e);
            }
        }
    }

    private static TradingState StateOf(TradingSwitched switched) => Enum.Parse<TradingState>(switched.State);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Whether switches were thrown elsewhere cannot be read now.")]
    private partial void LogUnread(Exception exception);

    /// <summary>Whose switch it is; everybody's by default.</summary>
    private readonly record struct Scope(string? Account, string? Strategy);

    /// <summary>All switches at one moment.</summary>
    private sealed class Standing(ImmutableDictionary<Scope, TradingSwitched> switches)
    {
        private static readonly TradingSwitched Never = new(nameof(TradingState.Active), "", default);

        private readonly ConcurrentDictionary<string, TradingSwitches> _byAccount = new(StringComparer.Ordinal);

        public ImmutableDictionary<Scope, TradingSwitched> Switches => switches;

        public IEnumerable<TradingSwitched> All => switches.SetItem(default, Last(default)).Values
            .OrderBy(s => s.Account, StringComparer.Ordinal)
            .ThenBy(s => s.Strategy, StringComparer.Ordinal);

        public TradingSwitched Last(Scope scope) => switches.GetValueOrDefault(scope, Never);

        public TradingSwitches Of(string account) => _byAccount.GetOrAdd(account, Fold);

        private TradingSwitches Fold(string account)
        {
            var ofStrategies = switches.Values.Where(s => s.Account == account && s.Strategy is not null).ToList();
            var (global, own) = (Last(default), Last(new Scope(account, null)));
            return new TradingSwitches(StateOf(global), StateOf(own))
            {
                Strategies = ofStrategies.ToDictionary(s => s.Strategy!, StateOf, StringComparer.Ordinal),
                Flattenings =
                [
                    .. ofStrategies.Prepend(own).Prepend(global)
                        .Where(s => s.FlatteningId is not null)
                        .Select(s => new Flattening(s.FlatteningId!, s.Strategy, s.Reason)),
                ],
            };
        }
    }
}
