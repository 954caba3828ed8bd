using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace AlgoStack.ServiceDefaults.Health;

/// <summary>The process answers, which is all that being alive means.</summary>
internal sealed class SelfCheck : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(HealthCheckResult.Healthy());
}
