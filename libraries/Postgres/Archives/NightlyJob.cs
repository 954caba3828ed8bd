using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AlgoStack.Postgres.Archives;

/// <summary>Work that is done once a day, at 03:00 UTC. What fails is tried again the next night.</summary>
public abstract partial class NightlyJob(TimeProvider clock, ILogger logger) : BackgroundService
{
    private static readonly TimeSpan StartsAt = TimeSpan.FromHours(3);

    protected abstract Task RunOnceAsync(CancellationToken cancellationToken);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await Task.Delay(UntilNext(clock.GetUtcNow()), clock, stoppingToken);
            try
            {
                await RunOnceAsync(stoppingToken);
            }
#pragma warning disable CA1031 // Whatever it is, there is another night.
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                LogFailed(e, GetType().Name);
            }
        }
    }

    internal static TimeSpan UntilNext(DateTimeOffset now)
    {
        var next = now.UtcDateTime.Date + StartsAt;
        return (next > now.UtcDateTime ? next : next.AddDays(1)) - now.UtcDateTime;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Job} failed; it runs again the next night.")]
    private partial void LogFailed(Exception exception, string job);
}
