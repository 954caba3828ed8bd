namespace AlgoStack.BrokerRouting.Tests.Brokers.Alpaca;

public sealed class AlpacaBrokerTests : WireBrokerContract
{
    private protected override async Task<FakeVenue> StartVenueAsync() => await AlpacaVenue.StartAsync();
}
