using AlgoStack.BrokerRouting.Brokers;
using AlgoStack.BrokerRouting.Brokers.Paper;
using AlgoStack.Contracts.MarketData;
using AlgoStack.EventStore.Streams;
using AlgoStack.ServiceDefaults.Clients;
using AlgoStack.Simulation.Venue;

namespace AlgoStack.BrokerRouting.Tests.Brokers.Paper;

/// <summary>An account on paper, whose market the test makes: a bar of as much volume as is to trade.</summary>
internal sealed class PaperVenue(string account, EventLog log, TapeClient tape) : FakeVenue
{
    private static readonly PaperOptions Options = new(
        new Dictionary<string, decimal>(StringComparer.Ordinal) { ["USD"] = 100_000 }, VenueModel.Paper with { Participation = 1 });

    private PaperBroker _broker = null!;
    private TimeProvider _clock = null!;
    private long _sequence;

    public override string Symbol => "AAPL";

    public override IBroker Connect(TimeProvider clock)
    {
        _clock = clock;
        return _broker = Another(clock);
    }

    /// <summary>The account in another process, or after a restart.</summary>
    public PaperBroker Another(TimeProvider clock) => new(account, Options, log, tape, clock);

    public override Task FillAsync(string clientId, decimal quantity) => _broker.OnBarsAsync(NextBar((double)Price, (double)quantity), default);

    /// <summary>A minute that opens after all orders that are there, of one price.</summary>
    public BarsClosed NextBar(double price, double volume = 1_000_000) =>
        PaperMarket.Minute(++_sequence, _clock.GetUtcNow().AddMinutes(2), "AAPL.SIM", price, price, price, price, volume);

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
