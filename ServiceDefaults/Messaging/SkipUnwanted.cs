using MassTransit;

namespace AlgoStack.ServiceDefaults.Messaging;

/// <summary>Lets messages go by unread while nobody wants them: to read one takes many times as long as to receive it.</summary>
internal sealed class SkipUnwanted(Func<bool> isWanted) : IFilter<ReceiveContext>
{
    public Task Send(ReceiveContext context, IPipe<ReceiveContext> next) => isWanted() ? next.Send(context) : Task.CompletedTask;

    public void Probe(ProbeContext context) => context.CreateFilterScope("skipUnwanted");
}
