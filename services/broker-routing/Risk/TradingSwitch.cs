using AlgoStack.EventStore.Streams;
using AlgoStack.Trading.Risk;

namespace AlgoStack.BrokerRouting.Risk;

/// <summary>The kill switch was thrown or released. In the stream <c>trading</c>, stored for ever.</summary>
/// <param name="State">A trading state: <c>Active</c> or <c>Halted</c>.</param>
public sealed record TradingSwitched(string State, string Reason, DateTimeOffset At);

/// <summary>
/// The kill switch: halted, no order leaves. It is a stream of the log, read once at start, so a halt survives a restart.
/// A session takes the state over with its next batch.
/// </summary>
public sealed class TradingSwitch(EventLog log, TimeProvider clock) : IHostedService
{
    private const string Stream = "trading";

    private volatile TradingSwitched _last = new(nameof(TradingState.Active), "", default);

    public TradingState State => Enum.Parse<TradingState>(_last.State);

    public string Reason => _last.Reason;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var switches = await log.OpenSession().FetchStreamAsync(Stream, cancellationToken: cancellationToken);
        if (switches.Count > 0) _last = (TradingSwitched)switches[^1].Data;
    }

    /// <summary>Throws or releases the switch; asking for the state it is in changes nothing.</summary>
    public async Task<TradingSwitched> SwitchAsync(TradingState state, string reason, CancellationToken cancellationToken)
    {
        if (State == state) return _last;

        var switched = new TradingSwitched(state.ToString(), reason, clock.GetUtcNow());
        var session = log.OpenSession();
        session.Append(Stream, switched);
        await session.SaveChangesAsync(cancellationToken);
        _last = switched;
        return switched;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
