using System.Net.Sockets;
using System.Text;
using AlgoStack.Gateway.Push;
using AlgoStack.Gateway.Tests.SigningIn;
using AlgoStack.Testing;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Gateway.Tests.Push;

[BeginsEarly(1)]
public sealed class SlowClientTests(SignInFixture fixture) : IClassFixture<SignInFixture>
{
    [Fact]
    public async Task Who_does_not_read_in_time_is_closed_with_the_reason_and_holds_up_nobody()
    {
        using var slow = await SlowClients.JoinAsync(fixture);
        await slow.SubscribeAsync("all", SlowClients.Everything);
        using var quick = await PushClient.JoinAsync(fixture.Gateway, (await fixture.SignInAsync("viewer")).AccessToken);
        await quick.SubscribeAsync("all", SlowClients.Everything);

        await SlowClients.BurstAsync(fixture, "replay-a", 0, page => quick.EventsAsync(2 * page));

        (await slow.UntilClosedAsync()).Should().Be((4408, "too_slow: more than 16384 events or 32 MB waited to be read."));
    }

    [Fact]
    public async Task Who_reads_nothing_at_all_is_dropped()
    {
        using var stuck = await SlowClients.JoinAsync(fixture);
        await stuck.SubscribeAsync("all", SlowClients.Everything);
        await SlowClients.BurstAsync(fixture, "replay-b", 1_000_000);

        var feed = fixture.Gateway.Services.GetRequiredService<PushFeed>();
        await Eventually.True(() => feed.Connections.Count == 0);
    }

    [Fact]
    public async Task A_peer_that_answers_nothing_is_dropped()
    {
        var token = (await fixture.SignInAsync("viewer")).AccessToken;
        var feed = fixture.Gateway.Services.GetRequiredService<PushFeed>();
        await Eventually.True(() => feed.Connections.Count == 0);
        using var dead = new TcpClient();
        await dead.ConnectAsync(fixture.Gateway.Address.Host, fixture.Gateway.Address.Port);
        await dead.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
            $"GET /api/v1/ws?token={token} HTTP/1.1\r\nHost: {fixture.Gateway.Address.Authority}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"));
        await Eventually.True(() => feed.Connections.Count == 1);

        await Eventually.True(() => feed.Connections.Count == 0);
    }
}

/// <summary>Tests that read the memory of the whole process: no other runs beside them.</summary>
[CollectionDefinition(nameof(SlowClientMemoryTests), DisableParallelization = true)]
public sealed class SlowClientMemoryTestsCollection;

[Collection(nameof(SlowClientMemoryTests))]
public sealed class SlowClientMemoryTests(SignInFixture fixture) : IClassFixture<SignInFixture>
{
    [Fact]
    public async Task Fifty_who_do_not_read_take_no_more_memory_than_the_journal()
    {
        var clients = new List<PushClient>();
        try
        {
            for (var i = 0; i < 50; i++)
            {
                clients.Add(await SlowClients.JoinAsync(fixture));
                await clients[^1].SubscribeAsync("all", SlowClients.Everything);
            }

            var journal = fixture.Gateway.Services.GetRequiredService<PushJournal>();
            var (before, last) = (GC.GetTotalMemory(forceFullCollection: true), journal.Last);
            for (var i = 0; i < 4; i++) await SlowClients.BurstAsync(fixture, "replay-c", 2_000_000 + (i * SlowClients.Fills));
            await Eventually.True(() => journal.Last >= last + (4 * 2 * SlowClients.Fills));

            // What was told is over 60 MB.
            (GC.GetTotalMemory(forceFullCollection: true) - before).Should().BeLessThan(PushJournal.MostBytes);
        }
        finally
        {
            foreach (var client in clients) client.Dispose();
        }
    }
}

/// <summary>Who asks for everything and reads slowly, and what is too much for them.</summary>
internal static class SlowClients
{
    /// <summary>Of a burst.</summary>
    public const int Fills = 25 * Page;

    private const int Page = 1_000;

    public static object Everything { get; } = new { Kinds = (string[])["orders", "fills"] };

    /// <summary>25,000 fills, each an event of two kinds: more than the journal holds, and than what lies between here and there.</summary>
    /// <param name="read">Reads along, a page of fills at a time.</param>
    public static async Task BurstAsync(SignInFixture fixture, string session, long position, Func<int, Task>? read = null)
    {
        for (var i = 0; i < 25; i++)
        {
            await fixture.Broker.PublishAsync(Samples.Filled(session, position + (i * Page), Page), session, position + (i * Page));
            if (read is not null) await read(Page);
        }
    }

    /// <summary>With next to no room on its side of the line.</summary>
    public static async Task<PushClient> JoinAsync(SignInFixture fixture) => await PushClient.JoinAsync(
        fixture.Gateway, hub: false, $"?token={(await fixture.SignInAsync("viewer")).AccessToken}", over: new HttpMessageInvoker(new SocketsHttpHandler
        {
            ConnectCallback = async (context, cancellationToken) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4 * 1024 };
                await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            },
        }));
}
