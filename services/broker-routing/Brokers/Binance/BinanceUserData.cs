using System.Text;
using System.Text.Json;
using AlgoStack.Trading.Venues;

namespace AlgoStack.BrokerRouting.Brokers.Binance;

/// <summary>What one connection to the WebSocket API says after it was asked for an account's events.</summary>
internal sealed class BinanceUserData(BinanceKey key)
{
    private const int MostText = 2000;

    private static readonly string[] OfNoConcern = ["outboundAccountPosition", "balanceUpdate", "externalLockUpdate", "listStatus"];

    /// <summary>The account's events come.</summary>
    public bool IsSubscribed { get; private set; }

    /// <summary>The request for them. The listen keys of old are gone since February 2026; this works with every kind of key.</summary>
    public string Subscribe(DateTimeOffset now)
    {
        var timestamp = now.ToUnixTimeMilliseconds();
        var signature = key.SignSocket([("apiKey", key.Reveal()), ("timestamp", timestamp.ToString(System.Globalization.CultureInfo.InvariantCulture))]);
        return JsonSerializer.Serialize(new
        {
            id = 1,
            method = "userDataStream.subscribe.signature",
            @params = new { apiKey = key.Reveal(), timestamp, signature },
        });
    }

    /// <exception cref="BrokerException">The subscription was refused, or the connection is about to end.</exception>
    public IReadOnlyList<BrokerEvent> Read(ReadOnlyMemory<byte> message)
    {
        try
        {
            var said = VenueJson.Parse(message);
            if (said.Optional("status") is not null) return ReadAnswer(said);

            var happened = said.Optional("event") ?? said;
            var name = happened.Text("e");
            return name switch
            {
                "executionReport" => Subscribed([new BrokerEvent.OrderChanged(BinanceOrders.ReadReport(happened))]),
                "serverShutdown" or "eventStreamTerminated" => throw Lost($"the venue ends the connection ({name})"),
                _ when OfNoConcern.Contains(name) => Subscribed([]),
                _ => [new BrokerEvent.Unreadable(Excerpt(message), $"The event '{name}' is not known.")],
            };
        }
        catch (JsonException e)
        {
            return [new BrokerEvent.Unreadable(Excerpt(message), e.Message)];
        }
    }

    private IReadOnlyList<BrokerEvent> ReadAnswer(JsonElement answer)
    {
        var status = (int)answer.Integer("status");
        if (status == 200) return Subscribed([]);

        var error = answer.Member("error");
        throw new BrokerException(BinanceErrors.Read(status, error, RetryAfter(error), isPlacing: false));
    }

    /// <summary>An event may come before the answer, and says that the subscription stands.</summary>
    private IReadOnlyList<BrokerEvent> Subscribed(IReadOnlyList<BrokerEvent> events)
    {
        if (IsSubscribed) return events;

        IsSubscribed = true;
        return [new BrokerEvent.Connected(), .. events];
    }

    private static TimeSpan? RetryAfter(JsonElement error) =>
        error.Optional("data") is { } data && data.OptionalEpochTime("retryAfter") is { } until && data.OptionalEpochTime("serverTime") is { } now && until > now
            ? until - now
            : null;

    private static BrokerException Lost(string why) =>
        new(new BrokerError(BrokerErrorCategory.OutcomeUnknown, null, $"Binance: {why}.", PlacementOutcome.NotApplicable));

    private static string Excerpt(ReadOnlyMemory<byte> message) => Encoding.UTF8.GetString(message.Span[..Math.Min(message.Length, MostText)]);
}
