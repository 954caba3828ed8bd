using MassTransit;
using MassTransit.Context;
using MassTransit.RabbitMqTransport;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AlgoStack.ServiceDefaults.Messaging;

/// <summary>
/// Hands a message to its consumer until that succeeds. The next message waits meanwhile: what comes after cannot be right
/// before this one is done, so there is no error queue to step aside to.
/// </summary>
internal sealed partial class DeliverInOrder<TMessage>(
    OrderedEndpoint endpoint, IHostApplicationLifetime lifetime, TimeProvider clock, ILogger<OrderedEndpoint> logger)
    : IFilter<ConsumeContext<TMessage>>
    where TMessage : class
{
    private static readonly TimeSpan ShortestDelay = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(5);

    public async Task Send(ConsumeContext<TMessage> context, IPipe<ConsumeContext<TMessage>> next)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, lifetime.ApplicationStopping);
        await endpoint.WaitForTurnAsync(ended.Token);
        try
        {
            await DeliverAsync(context, next, ended.Token);
        }
        finally
        {
            endpoint.EndTurn();
        }
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("deliverInOrder");

    private async Task DeliverAsync(ConsumeContext<TMessage> context, IPipe<ConsumeContext<TMessage>> next, CancellationToken ended)
    {
        for (var (attempt, delay) = (1, ShortestDelay); ; attempt++, delay = delay * 2 < LongestDelay ? delay * 2 : LongestDelay)
        {
            try
            {
                await next.Send(new Attempt(context));
                endpoint.Succeeded();
                return;
            }
#pragma warning disable CA1031 // Whatever the consumer throws, the message stays where it is.
            catch (Exception e) when (!ended.IsCancellationRequested)
#pragma warning restore CA1031
            {
                endpoint.Failed(e.Message, clock.GetUtcNow());
                ConsumerFailed(logger, e, endpoint.Queue, attempt, delay.TotalSeconds);
            }

            await Task.Delay(delay, clock, ended);
            // The broker has been away and will deliver the message again, which MassTransit lets it do once this is over.
            if (context.TryGetPayload<ChannelContext>(out var channel) && !channel.Channel.IsOpen)
                throw new OperationCanceledException($"{endpoint.Queue}: the channel of the delivery is closed.");
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Queue} failed on a message, attempt {Attempt}; trying it again in {Seconds} s.")]
    private static partial void ConsumerFailed(ILogger logger, Exception exception, string queue, int attempt, double seconds);

    /// <summary>Its own scope, so that a failed attempt leaves no service behind for the next; and no fault event.</summary>
    private sealed class Attempt(ConsumeContext<TMessage> context) : ConsumeContextScope<TMessage>(context)
    {
        public override Task NotifyFaulted<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType, Exception exception) =>
            Task.CompletedTask;
    }
}
