using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace AlgoStack.Postgres;

/// <summary>Whether a build has been registered since that this one must not work beside.</summary>
internal sealed class NewestBuildCheck(NpgsqlDataSource source, ServiceDatabase database, ServiceBuild build) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await using var connection = await source.OpenConnectionAsync(cancellationToken);
            return await BuildRegister.FindNewerAsync(connection, database.Schema, build, cancellationToken) is { } newer
                ? new HealthCheckResult(context.Registration.FailureStatus, BuildRegister.Older(database.Schema, build, newer))
                : HealthCheckResult.Healthy();
        }
        catch (Exception e) when (e is NpgsqlException or MigrationException)
        {
            return new HealthCheckResult(context.Registration.FailureStatus, e.Message);
        }
    }
}
