using AlgoStack.BrokerRouting.Brokers;

namespace AlgoStack.BrokerRouting.Tests.Brokers;

/// <summary>A venue as far as the contract of brokers goes: its orders trade when the test says so.</summary>
internal abstract class FakeVenue : IAsyncDisposable
{
    public const decimal Price = 100;

    /// <summary>One that there is.</summary>
    public abstract string Symbol { get; }

    /// <summary>Trades part of an order, and tells who listens.</summary>
    public abstract Task FillAsync(string clientId, decimal quantity);

    public abstract IBroker Connect(TimeProvider clock);

    public abstract ValueTask DisposeAsync();
}
