using System.Data.Common;
using AlgoStack.Gateway.ApiKeys;
using AlgoStack.Gateway.Oidc;
using AlgoStack.Gateway.Sessions;

namespace AlgoStack.Gateway.Push;

/// <summary>
/// Ends, once a second, connections whose token has expired, or whose session or API key has ended. While the database cannot
/// be asked a connection stands until its token expires, which is soon.
/// </summary>
internal sealed partial class PushWatch(PushFeed feed, SessionTable sessions, ApiKeyTable keys, IssuerUsers users, TimeProvider clock, ILogger<PushWatch> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>As much as a token is given that comes with a request.</summary>
    private static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        var away = false;
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            var connections = feed.Connections;
            feed.Journal.Keep(connections.Aggregate(PushKinds.None, (kinds, connection) => kinds | connection.Kinds));
            var now = clock.GetUtcNow();
            foreach (var connection in connections.Where(c => c.Caller.ExpiresAt + ClockSkew <= now)) connection.End(PushEnd.TokenExpired);
            try
            {
                await EndRevokedAsync(connections, stoppingToken);
                away = false;
            }
            catch (DbException e)
            {
                if (!away) LogAway(e);
                away = true;
            }
        }
    }

    private async Task EndRevokedAsync(IReadOnlyList<PushConnection> connections, CancellationToken cancellationToken)
    {
        var asked = connections.Select(connection => (Connection: connection, connection.Caller)).ToList();
        var open = await sessions.OpenAmongAsync(Distinct(asked.Select(a => a.Caller.Session)), cancellationToken);
        open.UnionWith(await keys.OpenAmongAsync(Distinct(asked.Select(a => a.Caller.ApiKey)), cancellationToken));
        open.UnionWith(await users.OpenAmongAsync(Distinct(asked.Select(a => a.Caller.Federated)), cancellationToken));
        foreach (var (connection, caller) in asked)
        {
            // Who has sent another token meanwhile is asked about the next time.
            if ((caller.Session ?? caller.ApiKey ?? caller.Federated) is { } origin && !open.Contains(origin) && connection.Caller == caller) connection.End(PushEnd.TokenRevoked);
        }
    }

    private static Guid[] Distinct(IEnumerable<Guid?> ids) => [.. ids.OfType<Guid>().Distinct()];

    [LoggerMessage(Level = LogLevel.Warning, Message = "Whether sessions of live connections still stand could not be asked.")]
    private partial void LogAway(Exception exception);
}
