using AlgoStack.Contracts.Signals;
using Npgsql;

namespace AlgoStack.Signal.Signals;

/// <summary>
/// <c>GET /signals/latest?limit=</c>: the newest signals of all sessions, newest first. The answer is kept until one is raised
/// here, and for a minute at most: another instance may raise one too.
/// </summary>
public sealed class LatestSignals(NpgsqlDataSource database, TimeProvider clock)
{
    private const int Most = 100;
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(60);

    private Answer? _answer;
    private long _raised;

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet(
        "/signals/latest",
        async (int? limit, LatestSignals latest, CancellationToken cancellationToken) =>
            (await latest.ReadAsync(cancellationToken)).Take(Math.Clamp(limit ?? Most, 1, Most)));

    /// <summary>Signals were raised: what is kept is old.</summary>
    public void Forget() => Interlocked.Increment(ref _raised);

    /// <summary>As many as there are, 100 at most.</summary>
    public async Task<IReadOnlyList<SignalRaised>> ReadAsync(CancellationToken cancellationToken)
    {
        // Counted before they are read: what is raised meanwhile makes the answer old at once.
        var raised = Interlocked.Read(ref _raised);
        if (_answer is { } kept && kept.Raised == raised && clock.GetElapsedTime(kept.At) < Lifetime) return kept.Signals;

        var at = clock.GetTimestamp();
        var signals = await GetSignals.ReadAsync(database, null, null, null, null, Most, cancellationToken);
        _answer = new Answer(raised, at, signals);
        return signals;
    }

    private sealed record Answer(long Raised, long At, IReadOnlyList<SignalRaised> Signals);
}
