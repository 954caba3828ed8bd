using RabbitMQ.Client;

namespace AlgoStack.ServiceDefaults.Messaging;

/// <summary>
/// The connection that ordered messages leave by. It is not the consumers': a broker short of memory stops reading from
/// connections that publish, and MassTransit makes a new connection only when the consumers of the old one are done, which a
/// consumer that publishes would never be.
/// </summary>
internal sealed class PublishingConnection(BrokerAddress address, string service) : IAsyncDisposable
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(1);

    /// <summary>A broker that says nothing for about this long is taken for dead.</summary>
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly ConnectionFactory _factory = new()
    {
        HostName = address.Host,
        Port = address.Port,
        VirtualHost = address.VirtualHost,
        UserName = address.User,
        Password = address.Password,
        Ssl = new SslOption { Enabled = address.IsEncrypted, ServerName = address.Host },
        ClientProvidedName = $"{service} publisher",
        RequestedHeartbeat = Heartbeat,
        RequestedConnectionTimeout = ConnectTimeout,
        // The client would open channels again behind our back; a publish that is cut off has to be known as that.
        AutomaticRecoveryEnabled = false,
    };

    private IConnection? _connection;

    /// <summary>A channel whose publishes return when the broker has confirmed them.</summary>
    public async Task<PublishingChannel> OpenAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (_connection is not { IsOpen: true })
            {
                await DropAsync();
                _connection = await _factory.CreateConnectionAsync(cancellationToken);
            }

            var options = new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true);
            return new PublishingChannel(_connection, await _connection.CreateChannelAsync(options, cancellationToken));
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Gives up the connection that a channel was of, unless there is a new one already.</summary>
    public async Task AbandonAsync(PublishingChannel channel)
    {
        await _turn.WaitAsync(CancellationToken.None);
        try
        {
            if (ReferenceEquals(_connection, channel.Connection)) await DropAsync();
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await DropAsync();
        _turn.Dispose();
    }

    private async Task DropAsync()
    {
        if (_connection is not { } connection) return;

        _connection = null;
        // Abort never throws and waits no longer than this for the broker's answer.
        await connection.AbortAsync(CloseTimeout);
        await connection.DisposeAsync();
    }
}

/// <summary>A channel and the connection it lives and dies with.</summary>
internal sealed record PublishingChannel(IConnection Connection, IChannel Channel);
