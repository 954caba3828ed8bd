using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace AlgoStack.ServiceDefaults.Idempotency;

/// <summary>Keeps the table small. A round that fails is left to the next.</summary>
internal sealed partial class RemoveExpiredKeys(IdempotencyTable table, TimeProvider clock, ILogger<RemoveExpiredKeys> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        do
        {
            try
            {
                while (await table.RemoveExpiredAsync(stoppingToken))
                {
                    // A bounded number at a time.
                }
            }
            catch (NpgsqlException e)
            {
                LogFailed(e, Interval.TotalMinutes);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Expired idempotency keys stay for {Minutes} minutes more.")]
    private partial void LogFailed(Exception exception, double minutes);
}
