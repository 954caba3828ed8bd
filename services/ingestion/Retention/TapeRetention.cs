using AlgoStack.Postgres.Archives;

namespace AlgoStack.Ingestion.Retention;

/// <summary>Archives what is due, every night.</summary>
internal sealed class TapeRetention(TapeArchiver archiver, TimeProvider clock, ILogger<TapeRetention> logger) : NightlyJob(clock, logger)
{
    protected override Task RunOnceAsync(CancellationToken cancellationToken) => archiver.RunAsync(cancellationToken);
}
