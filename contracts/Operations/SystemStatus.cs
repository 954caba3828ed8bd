namespace AlgoStack.Contracts.Operations;

/// <summary>How each service answered when it was last asked: <c>GET /status</c> of the gateway.</summary>
/// <param name="State"><c>healthy</c> when all are, <c>unhealthy</c> when one is not ready, <c>unreachable</c> when one gives no answer.</param>
/// <param name="Maintenance">Null while everything may be changed.</param>
public sealed record SystemStatus(string State, DateTimeOffset At, IReadOnlyList<ServiceStatus> Services, MaintenanceStatus? Maintenance = null);

/// <summary>One service's <c>/health/ready</c>.</summary>
/// <param name="State"><c>healthy</c>, <c>degraded</c>, <c>unhealthy</c>, <c>unreachable</c> or, before the first answer, <c>unknown</c>.</param>
/// <param name="LatencyMs">How long the answer took. Null when none came.</param>
/// <param name="Detail">Why it is not healthy.</param>
public sealed record ServiceStatus(
    string Service, string State, double? LatencyMs, DateTimeOffset? CheckedAt, string? Detail, IReadOnlyList<CheckStatus> Checks);

/// <summary>One of the things a service needs, as it says itself.</summary>
public sealed record CheckStatus(string Name, string State, double? LatencyMs, string? Detail);
