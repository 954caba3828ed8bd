using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace AlgoStack.ServiceDefaults.Messaging;

/// <summary>The consumers of a service. A consumer is named for what it does; its queue is named for service and consumer.</summary>
public sealed class BusBuilder
{
    private readonly string _service;

    internal BusBuilder(string service) => _service = service;

    internal List<Action<IBusRegistrationConfigurator>> Registrations { get; } = [];

    internal List<Action<IBusRegistrationContext, IRabbitMqBusFactoryConfigurator>> Endpoints { get; } = [];

    internal List<OrderedEndpoint> OrderedEndpoints { get; } = [];

    internal List<string> UnorderedQueues { get; } = [];

    /// <summary>
    /// Consumes an ordered contract: every message of a partition in order, one at a time, retried in place for ever.
    /// A message may come twice; the consumer remembers the last sequence it has done, in the transaction of its writes.
    /// </summary>
    public void AddOrderedConsumer<TConsumer, TMessage>()
        where TConsumer : class, IConsumer<TMessage>
        where TMessage : class
    {
        Registrations.Add(bus => bus.AddConsumer<TConsumer>());
        for (var partition = 0; partition < OrderedTopology.Partitions; partition++)
        {
            var state = new OrderedEndpoint(OrderedTopology.QueueOf(_service, typeof(TConsumer), partition));
            var routingKey = OrderedTopology.RoutingKey(partition);
            OrderedEndpoints.Add(state);
            Endpoints.Add((context, bus) => bus.ReceiveEndpoint(
                state.Queue, endpoint => ConfigureOrdered<TConsumer, TMessage>(context, endpoint, state, routingKey)));
        }
    }

    /// <summary>
    /// Consumes contracts whose order does not matter: tried 5 times more after a failure, then moved to the queue's
    /// <c>_error</c> queue, as is one that was delivered 15 times and never finished. Health is red while that holds any.
    /// </summary>
    public void AddConsumer<TConsumer>()
        where TConsumer : class, IConsumer
    {
        var queue = OrderedTopology.QueueOf(_service, typeof(TConsumer));
        UnorderedQueues.Add(queue);
        Registrations.Add(bus => bus.AddConsumer<TConsumer>());
        Endpoints.Add((context, bus) => bus.ReceiveEndpoint(queue, endpoint =>
        {
            endpoint.SetQuorumQueue();
            endpoint.PrefetchCount = UnorderedDelivery.Prefetch;
            endpoint.UseFilter(new GiveUpOnPoison(queue));
            endpoint.UseMessageRetry(retry => retry.Exponential(
                UnorderedDelivery.Retries, UnorderedDelivery.ShortestDelay, UnorderedDelivery.LongestDelay, UnorderedDelivery.ShortestDelay));
            endpoint.ConfigureConsumer<TConsumer>(context);
        }));
    }

    /// <summary>
    /// Takes work from a queue that all instances of the service share, on as many machines as there are: no more messages
    /// than this machine has cores, so that none waits here while another instance is idle. One whose worker dies comes to
    /// the next, however often: the consumer looks at <see cref="Redelivery"/>, and deals with its failures itself, for what
    /// it throws is moved to the queue's <c>_error</c> queue, as with <see cref="AddConsumer"/>.
    /// </summary>
    public void AddWorker<TConsumer>()
        where TConsumer : class, IConsumer
    {
        var queue = OrderedTopology.QueueOf(_service, typeof(TConsumer));
        UnorderedQueues.Add(queue);
        Registrations.Add(bus => bus.AddConsumer<TConsumer>());
        Endpoints.Add((context, bus) => bus.ReceiveEndpoint(queue, endpoint =>
        {
            endpoint.SetQuorumQueue();
            endpoint.SetQueueArgument("x-delivery-limit", OrderedTopology.MostDeliveries);
            endpoint.PrefetchCount = Environment.ProcessorCount;
            endpoint.ConcurrentMessageLimit = Environment.ProcessorCount;
            endpoint.ConfigureConsumer<TConsumer>(context);
        }));
    }

    /// <summary>
    /// Listens to an ordered contract from now on, in order, for as long as this process is connected. A listener that falls
    /// behind or fails loses messages and never holds anyone up.
    /// </summary>
    /// <param name="isWanted">Asked for each message; one that is not wanted is dropped unread. Null: all are.</param>
    public void AddLiveConsumer<TConsumer, TMessage>(Func<IServiceProvider, bool>? isWanted = null)
        where TConsumer : class, IConsumer<TMessage>
        where TMessage : class
    {
        Registrations.Add(bus => bus.AddConsumer<TConsumer>());
        var queue = $"{OrderedTopology.QueueOf(_service, typeof(TConsumer))}.live.{Guid.CreateVersion7():n}";
        Endpoints.Add((context, bus) => bus.ReceiveEndpoint(queue, endpoint =>
        {
            endpoint.ConfigureConsumeTopology = false;
            endpoint.Durable = false;
            endpoint.AutoDelete = true;
            endpoint.Exclusive = true;
            endpoint.SetQueueArgument("x-max-length", OrderedTopology.MostQueuedMessages);
            endpoint.PrefetchCount = OrderedTopology.Prefetch;
            endpoint.ConcurrentMessageLimit = 1;
            endpoint.DiscardFaultedMessages();
            endpoint.DiscardSkippedMessages();
            if (isWanted is not null) endpoint.ConfigureReceive(pipe => pipe.UseFilter(new SkipUnwanted(() => isWanted(context))));
            for (var partition = 0; partition < OrderedTopology.Partitions; partition++)
                BindTo<TMessage>(endpoint, OrderedTopology.RoutingKey(partition));

            endpoint.ConfigureConsumer<TConsumer>(context);
        }));
    }

    private static void ConfigureOrdered<TConsumer, TMessage>(
        IBusRegistrationContext context, IRabbitMqReceiveEndpointConfigurator endpoint, OrderedEndpoint state, string routingKey)
        where TConsumer : class, IConsumer<TMessage>
        where TMessage : class
    {
        var holdBack = ActivatorUtilities.CreateInstance<HoldBack>(context, state);

        endpoint.ConfigureConsumeTopology = false;
        endpoint.PublishFaults = false;
        endpoint.SetQuorumQueue();
        endpoint.SingleActiveConsumer = true;
        endpoint.PrefetchCount = OrderedTopology.Prefetch;
        endpoint.ConcurrentMessageLimit = 1;
        endpoint.SetQueueArgument("x-max-length", OrderedTopology.MostQueuedMessages);
        endpoint.SetQueueArgument("x-overflow", "reject-publish");
        endpoint.SetQueueArgument("x-delivery-limit", OrderedTopology.MostDeliveries);
        BindTo<TMessage>(endpoint, routingKey);
        endpoint.ConfigureError(pipe => pipe.UseFilter(holdBack));
        endpoint.ConfigureDeadLetter(pipe => pipe.UseFilter(holdBack));
        endpoint.ConfigureConsumer<TConsumer>(context, consumer => consumer.Message<TMessage>(message =>
            message.UseFilter(ActivatorUtilities.CreateInstance<DeliverInOrder<TMessage>>(context, state))));
    }

    private static void BindTo<TMessage>(IRabbitMqReceiveEndpointConfigurator endpoint, string routingKey) =>
        endpoint.Bind(OrderedTopology.ExchangeOf(typeof(TMessage)), binding =>
        {
            binding.ExchangeType = "direct";
            binding.RoutingKey = routingKey;
        });
}
