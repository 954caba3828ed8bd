using MassTransit;

namespace AlgoStack.ServiceDefaults.Messaging;

/// <summary>
/// Sets a message aside, in the queue's <c>_error</c> queue, that was handed out again and again and never finished: it
/// takes the process down, for no exception came of it. RabbitMQ 4 drops such a message without a word after 20 deliveries.
/// </summary>
internal sealed class GiveUpOnPoison(string queue) : IFilter<ConsumeContext>
{
    public Task Send(ConsumeContext context, IPipe<ConsumeContext> next) =>
        Redelivery.CountBefore(context) is var before and >= UnorderedDelivery.MostDeliveries
            ? throw new PoisonMessageException($"{queue}: message {context.MessageId} was delivered {before} times and never finished.")
            : next.Send(context);

    public void Probe(ProbeContext context) => context.CreateFilterScope("giveUpOnPoison");
}

/// <summary>A message that no consumer of its queue ever finishes.</summary>
public sealed class PoisonMessageException(string message) : Exception(message);
