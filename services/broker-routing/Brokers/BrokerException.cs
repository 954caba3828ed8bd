using AlgoStack.Trading.Venues;

namespace AlgoStack.BrokerRouting.Brokers;

/// <summary>A venue refused what was asked, could not be reached, or gave an answer that cannot be read.</summary>
public sealed class BrokerException(BrokerError error, Exception? inner = null) : Exception(error.ToString(), inner)
{
    public BrokerError Error { get; } = error;
}
