using System.Text;
using AlgoStack.Testing;
using RabbitMQ.Client;

namespace AlgoStack.ServiceDefaults.Tests.Messaging;

/// <summary>A queue as the broker's own client sees it.</summary>
internal sealed class RawQueue(IConnection connection, IChannel channel, string name) : IAsyncDisposable
{
    public static async Task<RawQueue> OpenAsync(string host, string name)
    {
        var connection = await new ConnectionFactory { Uri = new Uri(host) }.CreateConnectionAsync(CancellationToken.None);
        return new RawQueue(connection, await connection.CreateChannelAsync(cancellationToken: CancellationToken.None), name);
    }

    public Task<uint> CountAsync() => channel.MessageCountAsync(name, CancellationToken.None);

    /// <summary>Has the first message delivered and returned, as the broker does for a consumer that dies of it.</summary>
    public async Task DeliverInVainAsync(int times)
    {
        for (var delivery = 1; delivery <= times; delivery++)
        {
            var message = await TakeAsync(autoAck: false);
            await channel.BasicNackAsync(message.DeliveryTag, multiple: false, requeue: true, CancellationToken.None);
        }
    }

    /// <summary>Takes the first message off, and tells why MassTransit moved it here.</summary>
    public async Task<string> TakeFaultAsync()
    {
        var message = await TakeAsync(autoAck: true);
        return Encoding.UTF8.GetString((byte[])message.BasicProperties.Headers!["MT-Fault-Message"]!);
    }

    public async ValueTask DisposeAsync()
    {
        await channel.DisposeAsync();
        await connection.DisposeAsync();
    }

    private async Task<BasicGetResult> TakeAsync(bool autoAck)
    {
        BasicGetResult? taken = null;
        await Eventually.True(async () => (taken = await channel.BasicGetAsync(name, autoAck, CancellationToken.None)) is not null, what: $"{name} has a message");
        return taken!;
    }
}
