using System.Runtime.ExceptionServices;
using MassTransit;
using MassTransit.RabbitMqTransport;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AlgoStack.ServiceDefaults.Messaging;

/// <summary>
/// The end of an ordered message that never reached its consumer, being unreadable or of a kind nobody here takes: it goes
/// back to the head of its queue after a pause, and health is red until somebody looks.
/// </summary>
internal sealed partial class HoldBack(
    OrderedEndpoint endpoint, IHostApplicationLifetime lifetime, TimeProvider clock, ILogger<OrderedEndpoint> logger)
    : IFilter<ExceptionReceiveContext>, IFilter<ReceiveContext>
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    public async Task Send(ExceptionReceiveContext context, IPipe<ExceptionReceiveContext> next)
    {
        await GiveBackAsync(context, context.Exception);
        ExceptionDispatchInfo.Throw(context.Exception);
    }

    public async Task Send(ReceiveContext context, IPipe<ReceiveContext> next)
    {
        var exception = new InvalidOperationException($"{endpoint.Queue} holds a message that its consumer does not take.");
        await GiveBackAsync(context, exception);
        throw exception;
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("holdBack");

    private async Task GiveBackAsync(ReceiveContext context, Exception exception)
    {
        if (exception is not OperationCanceledException)
        {
            endpoint.Failed(exception.Message, clock.GetUtcNow());
            MessageHeldBack(logger, exception, endpoint.Queue, Pause.TotalSeconds);
            await Task.Delay(Pause, clock, lifetime.ApplicationStopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        // Else the broker would hand the message right back, over and over, and the service could not stop.
        if (lifetime.ApplicationStopping.IsCancellationRequested
            && context.TryGetPayload<ChannelContext>(out var channel)
            && context.TryGetPayload<RabbitMqBasicConsumeContext>(out var delivery))
        {
            // Not waiting for the answer, which comes in turn behind this very delivery.
            await channel.Channel.BasicCancelAsync(delivery.ConsumerTag, noWait: true, CancellationToken.None);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Queue} cannot read its first message; it stays there and is tried again in {Seconds} s.")]
    private static partial void MessageHeldBack(ILogger logger, Exception exception, string queue, double seconds);
}
