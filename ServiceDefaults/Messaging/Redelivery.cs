using System.Globalization;
using MassTransit;

namespace AlgoStack.ServiceDefaults.Messaging;

/// <summary>How often a message came before.</summary>
public static class Redelivery
{
    /// <summary>What a quorum queue adds to a message that comes again.</summary>
    private const string Header = "x-delivery-count";

    /// <summary>How often the message was handed out before and came back: its consumer died, or lost the broker.</summary>
    public static long CountBefore(ConsumeContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.ReceiveContext.TransportHeaders.TryGetHeader(Header, out var count) ? Convert.ToInt64(count, CultureInfo.InvariantCulture) : 0;
    }
}
