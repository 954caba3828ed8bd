using System.Diagnostics.Metrics;
using AlgoStack.Gateway.Audit;
using Npgsql;

namespace AlgoStack.Gateway.ApiKeys;

/// <summary>
/// Says in metrics when the next API key expires and how many do soon: what trades by a key that has expired stands still. Looked
/// at every five minutes.
/// </summary>
internal sealed partial class WatchApiKeys(ApiKeyTable keys, TimeProvider clock, ILogger<WatchApiKeys> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(5);

    private static readonly Meter Meter = new(RecordChanges.MeterName);

    // Of the process: gauges of one name that come and go with their owners take each other along.
    private static volatile Func<(double? Expiry, int Soon)?>? _read;

    private volatile ApiKeyEnds? _ends;

    static WatchApiKeys()
    {
        Meter.CreateObservableGauge(
            "algostack.api_key.expiry",
            () => _read?.Invoke()?.Expiry is { } seconds ? (Measurement<double>[])[new(seconds)] : [],
            "s",
            "Time until the next API key expires; nothing where there is none.");
        Meter.CreateObservableGauge(
            "algostack.api_keys.expiring",
            () => _read?.Invoke() is { } ends ? (Measurement<int>[])[new(ends.Soon)] : [],
            "{key}",
            $"API keys that expire within {ApiKeyTable.Soon.TotalDays:0} days.");
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        _read = Read;
        using var timer = new PeriodicTimer(Interval, clock);
        do
        {
            try
            {
                _ends = await keys.EndsAsync(stoppingToken);
            }
            catch (NpgsqlException e)
            {
                LogFailed(e);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private (double? Expiry, int Soon)? Read() => _ends is { } ends ? ((ends.NextEnd - clock.GetUtcNow())?.TotalSeconds, ends.EndingSoon) : null;

    [LoggerMessage(Level = LogLevel.Warning, Message = "When API keys expire could not be read.")]
    private partial void LogFailed(Exception exception);
}
