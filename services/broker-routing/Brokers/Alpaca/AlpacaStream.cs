using System.Text;
using System.Text.Json;
using AlgoStack.Trading.Venues;

namespace AlgoStack.BrokerRouting.Brokers.Alpaca;

/// <summary>
/// The stream of an account's orders: JSON in text frames, and in binary ones on the paper account. Nothing is told twice, so
/// what happened before it was opened is not in it.
/// </summary>
internal sealed class AlpacaStream : IAsyncDisposable
{
    private const string Updates = "trade_updates";
    private const int MostUnreadable = 1000;
    private static readonly TimeSpan MostSilence = TimeSpan.FromSeconds(10);

    private readonly VenueSocket _socket;

    private AlpacaStream(VenueSocket socket) => _socket = socket;

    /// <summary>Signed in and listening.</summary>
    /// <exception cref="BrokerException">There is nobody, or the keys are wrong.</exception>
    public static async Task<AlpacaStream> OpenAsync(AlpacaOptions options, TimeProvider clock, CancellationToken cancellationToken)
    {
        var stream = new AlpacaStream(await VenueSocket.ConnectAsync("Alpaca", options.StreamAddress, clock, cancellationToken));
        try
        {
            var authorized = await stream.SayAsync(
                new { action = "authenticate", data = new { key_id = options.KeyId.Reveal(), secret_key = options.Secret.Reveal() } },
                "authorization",
                cancellationToken);
            if (authorized.OptionalText("status") is not "authorized")
                throw Refused(BrokerErrorCategory.AuthInvalid, $"signing in was answered with '{authorized.OptionalText("status")}'");

            var listening = await stream.SayAsync(
                new { action = "listen", data = new { streams = (string[])[Updates] } }, "listening", cancellationToken);
            if (!listening.List("streams").Any(name => name.ValueEquals(Updates)))
                throw Refused(BrokerErrorCategory.PermissionDenied, $"{Updates} is not among the streams that are listened to");

            return stream;
        }
        catch (JsonException e)
        {
            await stream.DisposeAsync();
            throw Refused(BrokerErrorCategory.OutcomeUnknown, $"a message that cannot be read: {e.Message}", e);
        }
        catch (Exception e) when (e is BrokerException or OperationCanceledException)
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    /// <summary>What the next message says; nothing where it is of no interest.</summary>
    /// <exception cref="BrokerException">The connection is lost.</exception>
    public async Task<IReadOnlyList<BrokerEvent>> NextAsync(CancellationToken cancellationToken)
    {
        var message = await _socket.ReceiveAsync(cancellationToken);
        try
        {
            var read = VenueJson.Parse(message);
            if (read.OptionalText("stream") is { } stream && stream != Updates) return [];

            var update = read.Member("data");
            var changed = new BrokerEvent.OrderChanged(AlpacaWire.ReadUpdate(update));
            return update.Text("event") is ("trade_bust" or "trade_correct") and var corrected
                ? [changed, new BrokerEvent.Gap($"{corrected} of order {changed.Order.VenueOrderId}: what was told of its fills holds no more.")]
                : [changed];
        }
        catch (JsonException e)
        {
            return [new BrokerEvent.Unreadable(Excerpt(message), e.Message)];
        }
    }

    public ValueTask DisposeAsync() => _socket.DisposeAsync();

    /// <summary>Says something and waits for the answer to it.</summary>
    private async Task<JsonElement> SayAsync(object message, string answeredBy, CancellationToken cancellationToken)
    {
        await _socket.SendAsync(JsonSerializer.Serialize(message), cancellationToken);
        while (true)
        {
            var answer = VenueJson.Parse(await _socket.ReceiveAsync(cancellationToken, MostSilence));
            if (answer.OptionalText("stream") == answeredBy) return answer.Member("data");
        }
    }

    private static BrokerException Refused(BrokerErrorCategory category, string why, Exception? cause = null) =>
        new(new BrokerError(category, null, $"Alpaca's stream: {why}.", PlacementOutcome.NotApplicable), cause);

    private static string Excerpt(ReadOnlyMemory<byte> message)
    {
        var text = Encoding.UTF8.GetString(message.Span[..Math.Min(message.Length, MostUnreadable)]);
        return message.Length > MostUnreadable ? $"{text}…" : text;
    }
}
