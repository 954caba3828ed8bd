using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using AlgoStack.BrokerRouting.Brokers;
using AlgoStack.Protocols.Venues;
using AlgoStack.Testing.Services;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace AlgoStack.Protocols.Cases;

/// <summary>
/// A dialogue of frames and the events it raises. A frame <c>close</c> ends the connection; what comes after it is for the
/// next one, which the listener makes.
/// </summary>
internal sealed class StreamCase(VenueUnderTest venue, JsonElement fixture)
{
    private const int MostFrameBytes = 1 << 16;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly string[] MarketData = ["trade", "quote", "bar", "tick", "book", "depth", "status", "correction", "luld"];

    private readonly List<JsonElement> _frames = [.. fixture.GetProperty("frames").EnumerateArray()];
    private int _next;
    private JsonElement? _lastId;
    private string? _whyNot;

    /// <summary>Whether it is ingestion's: nothing but market data comes of it.</summary>
    public static bool IsMarketData(VenueUnderTest venue, JsonElement fixture) =>
        (fixture.Optional("url")?.GetString() is { } url && venue.IsMarketData(url)) || RaisesMarketData(fixture);

    private static bool RaisesMarketData(JsonElement fixture) => fixture.Optional("expect") is { ValueKind: JsonValueKind.Array } expected
        && expected.GetArrayLength() > 0
        && expected.EnumerateArray().All(e => MarketData.Contains(e.Optional("kind")?.GetString(), StringComparer.Ordinal));

    public async Task<string?> WhyNotAsync()
    {
        await using var server = await HttpPeer.StartAsync(routes => routes.Map("/{**path}", ServeAsync));
        var stream = new UriBuilder(server.Address) { Scheme = "ws", Path = "stream" }.Uri;
        await using var broker = venue.Create(server.Address, stream, TimeProvider.System);

        var told = new List<JsonElement>();
        var isEnded = _frames.Any(frame => frame.Optional("close") is not null);
        do
        {
            var before = _next;
            try
            {
                await foreach (var e in broker.ListenAsync(CancellationToken.None)) told.AddRange(Canonical.Of(e));
            }
            catch (BrokerException e)
            {
                if (isEnded) told.Add(JsonSerializer.SerializeToElement(new { kind = "streamLost", message = e.Message }));
                if (_next == before && _whyNot is null) _whyNot = $"the adapter gave up: {e.Message}";
            }
        }
        while (_whyNot is null && _next < _frames.Count);

        return _whyNot ?? WhyNot(told);
    }

    // A listener that is told of a loss asks for all that it may have missed; that is its contract, and no event.
    private string? WhyNot(List<JsonElement> told)
    {
        var expected = fixture.GetProperty("expect").EnumerateArray().Where(e => e.Optional("kind")?.GetString() is not "reconcile").ToList();
        var counted = expected.Exists(e => e.Optional("kind")?.GetString() == "streamLost")
            ? told
            : told.Where(e => e.GetProperty("kind").GetString() != "streamLost").ToList();
        var missing = expected
            .Select((e, i) => Meaning.Difference(e, i < counted.Count ? counted[i] : null, $"event {i + 1}", nullIsAny: false))
            .FirstOrDefault(difference => difference is not null);
        return missing ?? (counted.Count > expected.Count ? $"expected {expected.Count} events, found one more: {counted[expected.Count]}" : null);
    }

    private async Task ServeAsync(HttpContext context)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            if (venue.Answer(context.Request, isWanted: false) is { } answer) await context.Response.WriteAsync(answer, context.RequestAborted);
            else context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            while (_next < _frames.Count && await PlayAsync(socket, _frames[_next++], patience.Token)) continue;
            if (socket.State == WebSocketState.Open)
                await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "played", patience.Token);
        }
        catch (OperationCanceledException)
        {
            _whyNot = $"frame {_next}: expected {_frames[_next - 1]}, found nothing within {Patience.TotalSeconds} s";
        }
        catch (WebSocketException e)
        {
            _whyNot ??= $"frame {_next}: the adapter left: {e.Message}";
        }
    }

    /// <returns>Whether the dialogue goes on.</returns>
    private async Task<bool> PlayAsync(WebSocket socket, JsonElement frame, CancellationToken cancellationToken)
    {
        if (frame.Optional("close") is not null) return false;
        if (frame.Optional("dir")?.GetString() is "c>s") return await HearAsync(socket, frame, cancellationToken);

        var (bytes, isBinary) = frame.Optional("binary_base64") is { } base64 ? (base64.GetBytesFromBase64(), true)
            : frame.Optional("text") is { } text ? (Encoding.UTF8.GetBytes(text.GetString()!), false)
            : (Encoding.UTF8.GetBytes(WithId(frame.GetProperty("frame").GetRawText())), frame.Optional("binary") is { ValueKind: JsonValueKind.True });
        await socket.SendAsync(bytes, isBinary ? WebSocketMessageType.Binary : WebSocketMessageType.Text, endOfMessage: true, cancellationToken);
        return true;
    }

    private async Task<bool> HearAsync(WebSocket socket, JsonElement expected, CancellationToken cancellationToken)
    {
        var buffer = new byte[MostFrameBytes];
        var length = 0;
        ValueWebSocketReceiveResult part;
        do
        {
            part = await socket.ReceiveAsync(buffer.AsMemory(length), cancellationToken);
            length += part.Count;
        }
        while (!part.EndOfMessage);

        var text = Encoding.UTF8.GetString(buffer, 0, length);
        _whyNot = part.MessageType == WebSocketMessageType.Close ? $"frame {_next}: expected {expected}, found that the adapter left"
            : expected.Optional("text") is { } words ? (words.GetString() == text ? null : $"frame {_next}: expected '{words}', found '{text}'")
            : Compare(expected, JsonSerializer.Deserialize<JsonElement>(text));
        return _whyNot is null;
    }

    private string? Compare(JsonElement expected, JsonElement said)
    {
        _lastId = said.ValueKind == JsonValueKind.Object ? said.Optional("id") : null;
        var difference = Difference(expected.GetProperty("frame"));
        return difference is not null && expected.Optional("alt") is { } alternative && Difference(alternative) is null ? null : difference;

        string? Difference(JsonElement frame) => Meaning.Difference(frame, said, $"frame {_next}", nullIsAny: true);
    }

    // The client's own id, as fixtures write that an answer repeats it.
    private string WithId(string frame) =>
        _lastId is { } id ? frame.Replace("\"<same id>\"", id.GetRawText(), StringComparison.Ordinal) : frame;
}
