using AlgoStack.ServiceDefaults.Configuration;
using AlgoStack.ServiceDefaults.Messaging;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AlgoStack.ServiceDefaults;

/// <summary>The way to RabbitMQ.</summary>
public static class MessageBus
{
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
        var address = BrokerAddress.Read(builder.Configuration);
        var service = OrderedTopology.ServiceName(builder.Environment.ApplicationName);
        var consumers = new BusBuilder(service);
        configure?.Invoke(consumers);

        foreach (var endpoint in consumers.OrderedEndpoints)
            builder.Services.AddHealthChecks().Add(new HealthCheckRegistration(endpoint.Queue, endpoint, failureStatus: null, tags: null));

        foreach (var queue in consumers.UnorderedQueues)
        {
            builder.Services.AddHealthChecks().Add(new HealthCheckRegistration(
                queue, services => new SetAside(queue, services.GetRequiredService<PublishingConnection>()), failureStatus: null, tags: null));
        }

        builder.Services.AddSingleton(_ => new PublishingConnection(address, service));
        builder.Services.AddSingleton(services => new OrderedPublisher(
            services.GetRequiredService<PublishingConnection>(),
            services.GetRequiredService<TimeProvider>(),
            services.GetRequiredService<ILogger<OrderedPublisher>>()));
        builder.Services.AddHealthChecks().Add(new HealthCheckRegistration(
            "publisher", services => services.GetRequiredService<OrderedPublisher>(), failureStatus: null, tags: null));
        builder.Services.AddMassTransit(bus =>
        {
            bus.DisableUsageTelemetry();
            bus.ConfigureHealthCheckOptions(health =>
            {
                health.Name = "bus";
                health.Tags.Add("ready");
            });
            foreach (var register in consumers.Registrations) register(bus);
            bus.UsingRabbitMq((context, rabbit) =>
            {
                rabbit.Host(address.Host, address.Port, address.VirtualHost, host => Connect(host, address));
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

    private static void Connect(IRabbitMqHostConfigurator host, BrokerAddress address)
    {
        host.Username(address.User);
        host.Password(address.Password);
        if (address.IsEncrypted) host.UseSsl(ssl => ssl.ServerName = address.Host);
    }
}
