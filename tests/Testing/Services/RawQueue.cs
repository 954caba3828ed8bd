using System.Text;
using RabbitMQ.Client;

namespace AlgoStack.Testing.Services;

/// <summary>A queue as the broker's own client sees it.</summary>
public sealed class RawQueue : IAsyncDisposable
{
    private readonly IConnection _connection;
    private readonly IChannel _channel;
    private readonly string _name;

    private RawQueue(IConnection connection, IChannel channel, string name) => (_connection, _channel, _name) = (connection, channel, name);

    public static async Task<RawQueue> OpenAsync(string host, string name)
    {
        var connection = await new ConnectionFactory { Uri = new Uri(host) }.CreateConnectionAsync(CancellationToken.None);
        return new RawQueue(connection, await connection.CreateChannelAsync(cancellationToken: CancellationToken.None), name);
    }

    public Task<uint> CountAsync() => _channel.MessageCountAsync(_name, CancellationToken.None);

    /// <summary>Has the first message delivered and returned, as the broker does for a consumer that dies of it.</summary>
    public async Task DeliverInVainAsync(int times)
    {
        for (var delivery = 1; delivery <= times; delivery++)
        {
            var message = await TakeAsync(autoAck: false);
            await _channel.BasicNackAsync(message.DeliveryTag, multiple: false, requeue: true, CancellationToken.None);
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
        await _channel.DisposeAsync();
        await _connection.DisposeAsync();
    }

    private async Task<BasicGetResult> TakeAsync(bool autoAck)
    {
        BasicGetResult? taken = null;
        await Eventually.True(async () => (taken = await _channel.BasicGetAsync(_name, autoAck, CancellationToken.None)) is not null, what: $"{_name} has a message");
        return taken!;
    }
}
