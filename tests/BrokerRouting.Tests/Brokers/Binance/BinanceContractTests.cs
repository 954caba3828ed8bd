namespace AlgoStack.BrokerRouting.Tests.Brokers.Binance;

public sealed class BinanceContractTests : WireBrokerContract
{
    private protected override async Task<FakeVenue> StartVenueAsync() => await BinanceServer.StartAsync();
}
