using AlgoStack.Postgres.Archives;
using Microsoft.Extensions.Logging;

namespace AlgoStack.EventStore.Retention;

/// <summary>Exports and deletes what is due, every night.</summary>
internal sealed class EventRetention(EventArchiver archiver, TimeProvider clock, ILogger<EventRetention> logger) : NightlyJob(clock, logger)
{
    protected override Task RunOnceAsync(CancellationToken cancellationToken) => archiver.RunAsync(cancellationToken);
}
