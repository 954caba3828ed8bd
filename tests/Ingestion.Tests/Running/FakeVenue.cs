using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AlgoStack.Ingestion.Tests.Running;

/// <summary>A venue's WebSocket server that acknowledges as the venue does and sends what it is told to.</summary>
internal sealed class FakeVenue : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly Func<JsonElement, IEnumerable<string>> _answer;
    private readonly ConcurrentDictionary<WebSocket, byte> _sockets = new();

    private FakeVenue(Func<JsonElement, IEnumerable<string>> answer, string? greeting)
    {
        _answer = answer;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        // Pings as venues do, and drops who does not answer.
        app.UseWebSockets(new WebSocketOptions { KeepAliveInterval = TimeSpan.FromMilliseconds(500), KeepAliveTimeout = TimeSpan.FromSeconds(5) });
        app.Run(context => ServeAsync(context, greeting));
        _host = app;
    }

    /// <summary>Every frame that came, in order.</summary>
    public ConcurrentQueue<JsonElement> Heard { get; } = new();

    public int Connections { get; private set; }

    /// <summary>Takes connections and frames and says nothing.</summary>
    public bool Mute { get; set; }

    public string Url { get; private set; } = "";

    public static Task<FakeVenue> BinanceAsync() => StartAsync(
        frame => frame.GetProperty("method").GetString() == "LIST_SUBSCRIPTIONS"
            ? [$$"""{"result":["btcusdt@kline_1m"],"id":{{frame.GetProperty("id")}}}"""]
            : [$$"""{"result":null,"id":{{frame.GetProperty("id")}}}"""],
        null);

    public static Task<FakeVenue> KrakenAsync() => StartAsync(
        frame => frame.GetProperty("method").GetString() switch
        {
            "ping" => ["""{"method":"pong","time_in":"2023-11-14T22:13:20.000000Z","time_out":"2023-11-14T22:13:20.000100Z"}"""],
            "subscribe" => frame.GetProperty("params").GetProperty("symbol").EnumerateArray().Select(symbol => symbol.GetString() == "NOPE/USD"
                ? """{"error":"Currency pair not supported NOPE/USD","method":"subscribe","success":false,"symbol":"NOPE/USD"}"""
                : $$"""{"method":"subscribe","result":{"channel":"ohlc","interval":1,"snapshot":false,"symbol":"{{symbol}}"},"success":true}"""),
            _ => [],
        },
        """{"channel":"status","type":"update","data":[{"api_version":"v2","connection_id":1,"system":"online","version":"2.0.0"}]}""");

    /// <summary>Sends a frame to everybody, in pieces of <paramref name="pieceBytes"/>.</summary>
    public async Task SendAsync(string frame, int pieceBytes = int.MaxValue)
    {
        var bytes = Encoding.UTF8.GetBytes(frame);
        foreach (var socket in _sockets.Keys)
        {
            for (var at = 0; at < bytes.Length; at += Math.Min(pieceBytes, bytes.Length - at))
            {
                var piece = bytes.AsMemory(at, Math.Min(pieceBytes, bytes.Length - at));
                await socket.SendAsync(piece, WebSocketMessageType.Text, at + piece.Length == bytes.Length, CancellationToken.None);
            }
        }
    }

    /// <summary>Cuts every connection without a word.</summary>
    public void Drop()
    {
        foreach (var socket in _sockets.Keys) socket.Abort();
    }

    public async ValueTask DisposeAsync()
    {
        Drop();
        await _host.StopAsync();
        _host.Dispose();
    }

    private static async Task<FakeVenue> StartAsync(Func<JsonElement, IEnumerable<string>> answer, string? greeting)
    {
        var venue = new FakeVenue(answer, greeting);
        await venue._host.StartAsync();
        var address = venue._host.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        venue.Url = address.Replace("http:", "ws:", StringComparison.Ordinal);
        return venue;
    }

    private async Task ServeAsync(HttpContext context, string? greeting)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        Connections++;
        _sockets.TryAdd(socket, 0);
        try
        {
            if (greeting is not null && !Mute) await SayAsync(socket, greeting, context.RequestAborted);
            var buffer = new byte[16 * 1024];
            while (await socket.ReceiveAsync(buffer, context.RequestAborted) is { CloseStatus: null } frame)
            {
                var heard = JsonSerializer.Deserialize<JsonElement>(buffer.AsSpan(0, frame.Count));
                Heard.Enqueue(heard);
                if (Mute) continue;
                foreach (var answer in _answer(heard)) await SayAsync(socket, answer, context.RequestAborted);
            }
        }
        catch (Exception e) when (e is WebSocketException or IOException or OperationCanceledException)
        {
            // The other side left, or we cut it off.
        }
        finally
        {
            _sockets.TryRemove(socket, out _);
        }
    }

    private static Task SayAsync(WebSocket socket, string frame, CancellationToken cancellationToken) =>
        socket.SendAsync(Encoding.UTF8.GetBytes(frame), WebSocketMessageType.Text, endOfMessage: true, cancellationToken);
}
