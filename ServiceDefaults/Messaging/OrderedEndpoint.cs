using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace AlgoStack.ServiceDefaults.Messaging;

/// <summary>What one ordered queue's consumer is doing: the turn it gives to one message at a time, and whether it fails.</summary>
internal sealed class OrderedEndpoint(string queue) : IHealthCheck, IDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private volatile Failure? _failure;

    public string Queue => queue;

    // A broker that dies and returns delivers again what is still being worked on here.
    public Task WaitForTurnAsync(CancellationToken cancellationToken) => _turn.WaitAsync(cancellationToken);

    public void EndTurn() => _turn.Release();

    public void Succeeded() => _failure = null;

    public void Failed(string reason, DateTimeOffset at) => _failure = new Failure(_failure?.Since ?? at, reason);

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(_failure is { } failure
            ? HealthCheckResult.Unhealthy($"{queue} has been failing on one message since {failure.Since:O}: {failure.Reason}")
            : HealthCheckResult.Healthy());

    public void Dispose() => _turn.Dispose();

    private sealed record Failure(DateTimeOffset Since, string Reason);
}
