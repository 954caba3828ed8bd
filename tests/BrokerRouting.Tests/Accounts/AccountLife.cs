using AlgoStack.Testing;
using Xunit;

namespace AlgoStack.BrokerRouting.Tests.Accounts;

/// <summary>An account that is proven, for tests that leave it so.</summary>
public sealed class AccountLife : IAsyncLifetime
{
    private readonly ServerFixture _servers = new();

    internal AccountSurroundings Here { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        await _servers.InitializeAsync();
        Here = await AccountSurroundings.StartAsync(_servers);
        await Here.ProvenAsync();
    }

    public async Task DisposeAsync()
    {
        if (Here is not null) await Here.DisposeAsync();
        await _servers.DisposeAsync();
    }
}
