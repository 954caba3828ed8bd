using AlgoStack.Contracts.Backtests;
using Npgsql;

namespace AlgoStack.BrokerRouting.Portfolios;

/// <summary>Statistics of accounts for a while after they were asked for: they are a fold over all of an account's history.</summary>
public sealed class StatisticsCache(NpgsqlDataSource database, TimeProvider clock)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(30);

    private const int MostKept = 1_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, (DateTimeOffset Until, Task<IReadOnlyList<BacktestStatistics>> Statistics)> _kept = new(StringComparer.Ordinal);

    /// <summary>Of each currency that something was paid into. Who asks at the same time waits for the same answer.</summary>
    public Task<IReadOnlyList<BacktestStatistics>> GetAsync(string account, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            var now = clock.GetUtcNow();
            if (!_kept.TryGetValue(account, out var kept) || kept.Until <= now || kept.Statistics.IsFaulted)
            {
                if (_kept.Count >= MostKept) Drop(now);
                // Whoever waits may go; the others wait on.
                _kept[account] = kept = (now + Lifetime, StatisticsReader.ReadAsync(database, account, CancellationToken.None));
            }

            return kept.Statistics.WaitAsync(cancellationToken);
        }
    }

    private void Drop(DateTimeOffset now)
    {
        foreach (var account in _kept.Where(k => k.Value.Until <= now).Select(k => k.Key).ToList()) _kept.Remove(account);
        if (_kept.Count >= MostKept) _kept.Clear();
    }
}
