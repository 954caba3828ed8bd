using Xunit;

namespace AlgoStack.BrokerRouting.Tests.Brokers.Paper;

public sealed class PaperContractTests(PaperFixture paper) : BrokerContract, IClassFixture<PaperFixture>
{
    private protected override Task<FakeVenue> StartVenueAsync() => Task.FromResult<FakeVenue>(paper.NewVenue(out _));
}
