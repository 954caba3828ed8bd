using AlgoStack.Trading.Venues;

namespace AlgoStack.BrokerRouting.Brokers;

/// <summary>What a venue tells without being asked.</summary>
public abstract record BrokerEvent
{
    private BrokerEvent()
    {
    }

    /// <summary>From here on nothing is missed.</summary>
    public sealed record Connected : BrokerEvent;

    /// <summary>An order stands there now. A fill comes with it, as one of its executions.</summary>
    public sealed record OrderChanged(OrderSnapshot Order) : BrokerEvent;

    /// <summary>Something was missed, as a gap in the venue's own numbers shows.</summary>
    public sealed record Gap(string Reason) : BrokerEvent;

    /// <summary>It cannot be read; kept in the log and counted, never guessed about.</summary>
    public sealed record Unreadable(string Text, string Reason) : BrokerEvent;
}
