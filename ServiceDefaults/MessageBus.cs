using AlgoStack.ServiceDefaults.Configuration;
using AlgoStack.ServiceDefaults.Messaging;
using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace AlgoStack.ServiceDefaults;

/// <summary>The way to RabbitMQ.</summary>
public static class MessageBus
{
    private const string ConnectionKey = "ConnectionStrings:messaging";
    private const ushort DefaultPort = 5672;

    /// <summary>Within <see cref="ServiceStart.ShutdownTimeout"/>, and leaving the rest of the service its share of it.</summary>
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(20);

    /// <summary>
    /// Connects the service to the broker of <c>ConnectionStrings:messaging</c>, an AMQP address. The host starts once every
    /// consumer's queue is bound; from then on a broker that goes away is waited for.
    /// </summary>
    /// <exception cref="InvalidConfigurationException">The address is missing or is not one.</exception>
    public static TBuilder AddBus<TBuilder>(this TBuilder builder, Action<BusBuilder>? configure = null)
        where TBuilder : IHostApplicationBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        var address = ReadAddress(builder.Configuration);
        var consumers = new BusBuilder(OrderedTopology.ServiceName(builder.Environment.ApplicationName));
        configure?.Invoke(consumers);

        foreach (var endpoint in consumers.OrderedEndpoints)
            builder.Services.AddHealthChecks().Add(new HealthCheckRegistration(endpoint.Queue, endpoint, failureStatus: null, tags: null));

        builder.Services.AddSingleton<OrderedPublisher>();
        builder.Services.AddMassTransit(bus =>
        {
            bus.ConfigureHealthCheckOptions(health =>
            {
                health.Name = "bus";
                health.Tags.Add("ready");
            });
            foreach (var register in consumers.Registrations) register(bus);
            bus.UsingRabbitMq((context, rabbit) =>
            {
                rabbit.Host(
                    address.Host, address.Port > 0 ? (ushort)address.Port : DefaultPort, VirtualHost(address), host => Authenticate(host, address));
                foreach (var configureEndpoint in consumers.Endpoints) configureEndpoint(context, rabbit);
            });
        });
        builder.Services.Configure<MassTransitHostOptions>(options =>
        {
            // Without it the host starts before queues are bound, and the first messages published vanish.
            options.WaitUntilStarted = true;
            options.StopTimeout = StopTimeout;
        });
        return builder;
    }

    private static Uri ReadAddress(IConfiguration configuration)
    {
        const string expected = "an AMQP address such as amqp://user:password@localhost:5672/";
        var value = InvalidConfigurationException.Require(configuration, ConnectionKey, expected);
        // The value holds a password and is not repeated.
        return Uri.TryCreate(value, UriKind.Absolute, out var address) && address.Scheme is "amqp" or "amqps" && address.Host.Length > 0
            ? address
            : throw new InvalidConfigurationException(ConnectionKey, $"is not {expected}.");
    }

    private static string VirtualHost(Uri address) =>
        address.AbsolutePath.Length > 1 ? Uri.UnescapeDataString(address.AbsolutePath[1..]) : "/";

    private static void Authenticate(IRabbitMqHostConfigurator host, Uri address)
    {
        var user = address.UserInfo.Split(':', 2);
        if (user[0].Length > 0) host.Username(Uri.UnescapeDataString(user[0]));
        if (user.Length > 1) host.Password(Uri.UnescapeDataString(user[1]));
        if (address.Scheme is "amqps") host.UseSsl(ssl => ssl.ServerName = address.Host);
    }
}
