using Microsoft.Extensions.Diagnostics.HealthChecks;
using RabbitMQ.Client.Exceptions;

namespace AlgoStack.ServiceDefaults.Messaging;

/// <summary>
/// Red while messages lie where MassTransit moves those that a queue's consumer failed on or does not take: somebody has to
/// look at them, and alerting tells of a service that is red.
/// </summary>
internal sealed class SetAside(string queue, PublishingConnection connection) : IHealthCheck
{
    private const ushort NoSuchQueue = 404;

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var found = new List<string>();
        foreach (var aside in (string[])[$"{queue}_error", $"{queue}_skipped"])
        {
            if (await CountAsync(aside, cancellationToken) is var count and > 0) found.Add($"{count} in {aside}");
        }

        return found.Count == 0 ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy($"Messages were set aside: {string.Join(", ", found)}.");
    }

    private async Task<uint> CountAsync(string name, CancellationToken cancellationToken)
    {
        // A queue that is not there costs the channel.
        var opened = await connection.OpenAsync(cancellationToken);
        await using var channel = opened.Channel;
        try
        {
            return (await channel.QueueDeclarePassiveAsync(name, cancellationToken)).MessageCount;
        }
        catch (OperationInterruptedException e) when (e.ShutdownReason?.ReplyCode == NoSuchQueue)
        {
            return 0;
        }
    }
}
