namespace AlgoStack.BrokerRouting.Tests.Brokers.Alpaca;

public sealed class AlpacaBrokerTests : BrokerContract
{
    private protected override async Task<FakeVenue> StartVenueAsync() => await AlpacaVenue.StartAsync();
}
