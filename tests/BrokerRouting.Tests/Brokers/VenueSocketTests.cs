using System.Net.WebSockets;
using System.Text;
using AlgoStack.BrokerRouting.Brokers;
using AlgoStack.Testing.Services;
using AlgoStack.Trading.Venues;
using FluentAssertions;
using Microsoft.AspNetCore.Builder;
using Xunit;

namespace AlgoStack.BrokerRouting.Tests.Brokers;

public sealed class VenueSocketTests
{
    [Fact]
    public async Task Messages_come_whole_and_in_order_whether_text_or_binary()
    {
        await using var venue = await VenueAsync(async socket =>
        {
            await socket.SendAsync("one"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, default);
            await socket.SendAsync("tw"u8.ToArray(), WebSocketMessageType.Binary, endOfMessage: false, default);
            await socket.SendAsync("o"u8.ToArray(), WebSocketMessageType.Binary, endOfMessage: true, default);
            await EndAsync(socket);
        });
        await using var socket = await ConnectAsync(venue);

        (await TextAsync(socket)).Should().Be("one");
        (await TextAsync(socket)).Should().Be("two");
    }

    [Fact]
    public async Task What_is_said_is_heard()
    {
        var heard = new TaskCompletionSource<string>();
        await using var venue = await VenueAsync(async socket =>
        {
            var buffer = new byte[100];
            var message = await socket.ReceiveAsync(buffer, default);
            heard.SetResult($"{message.MessageType} {Encoding.UTF8.GetString(buffer, 0, message.Count)}");
            await EndAsync(socket);
        });
        await using var socket = await ConnectAsync(venue);

        await socket.SendAsync("""{"a":1}""", default);

        (await heard.Task).Should().Be("""Text {"a":1}""");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_connection_that_ends_is_told_as_a_brokers_error(bool closesProperly)
    {
        await using var venue = await VenueAsync(async socket =>
        {
            await socket.ReceiveAsync(new byte[100], default);
            if (closesProperly) await socket.CloseOutputAsync(WebSocketCloseStatus.EndpointUnavailable, "restart", default);
            else socket.Abort();
        });
        await using var socket = await ConnectAsync(venue);
        await socket.SendAsync("{}", default);

        (await Receiving(socket).Should().ThrowAsync<BrokerException>()).Which.Error.Category.Should().Be(BrokerErrorCategory.OutcomeUnknown);
    }

    [Fact]
    public async Task A_message_that_never_ends_is_given_up()
    {
        await using var venue = await VenueAsync(async socket =>
        {
            var part = new byte[1 << 16];
            try
            {
                for (var i = 0; i < 32; i++) await socket.SendAsync(part, WebSocketMessageType.Binary, endOfMessage: false, default);
            }
            catch (Exception e) when (e is WebSocketException or IOException)
            {
                // Given up, as it should be.
            }
        });
        await using var socket = await ConnectAsync(venue);

        await Receiving(socket).Should().ThrowAsync<BrokerException>().WithMessage("*more than 1048576 bytes*");
    }

    [Fact]
    public async Task A_venue_that_is_mute_on_an_open_connection_is_lost()
    {
        // What does not read does not answer pings either.
        var end = new TaskCompletionSource();
        await using var venue = await VenueAsync(_ => end.Task);
        await using var socket = await VenueSocket.ConnectAsync(
            "Test", Address(venue), TimeProvider.System, default, TimeSpan.FromMilliseconds(200), TimeSpan.FromMilliseconds(200));

        await Receiving(socket).Should().ThrowAsync<BrokerException>();
        end.SetResult();
    }

    [Fact]
    public async Task Nobody_there_is_told_as_a_brokers_error()
    {
        var nobody = new UriBuilder(VenueHttpTests.UnusedAddress()) { Scheme = "ws" }.Uri;
        var connecting = () => VenueSocket.ConnectAsync("Test", nobody, TimeProvider.System, default);

        await connecting.Should().ThrowAsync<BrokerException>().WithMessage("*cannot reach*");
    }

    [Fact]
    public async Task Whoever_stops_listening_is_told_that_and_no_loss()
    {
        await using var venue = await VenueAsync(EndAsync);
        await using var socket = await ConnectAsync(venue);
        using var stop = new CancellationTokenSource();
        var receiving = socket.ReceiveAsync(stop.Token);

        await stop.CancelAsync();

        await receiving.Invoking(task => task).Should().ThrowAsync<OperationCanceledException>();
    }

    private static Func<Task> Receiving(VenueSocket socket) => () => socket.ReceiveAsync(default);

    private static async Task<string> TextAsync(VenueSocket socket) => Encoding.UTF8.GetString((await socket.ReceiveAsync(default)).Span);

    private static Task<VenueSocket> ConnectAsync(HttpPeer venue) => VenueSocket.ConnectAsync("Test", Address(venue), TimeProvider.System, default);

    private static Uri Address(HttpPeer venue) => new UriBuilder(venue.Address) { Scheme = "ws", Path = "stream" }.Uri;

    private static Task<HttpPeer> VenueAsync(Func<WebSocket, Task> talk) => HttpPeer.StartAsync(routes => routes.Map("/stream", async context =>
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        await talk(socket);
    }));

    /// <summary>Reads until the other side leaves.</summary>
    private static async Task EndAsync(WebSocket socket)
    {
        var buffer = new byte[100];
        try
        {
            while (socket.State == WebSocketState.Open) await socket.ReceiveAsync(buffer, default);
        }
        catch (WebSocketException)
        {
            // It left without a word.
        }
    }
}
