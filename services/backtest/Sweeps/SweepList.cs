using System.Text.Json;
using AlgoStack.Backtesting.Sweeps;
using AlgoStack.Contracts.Backtests;
using AlgoStack.EventStore.Projections;
using AlgoStack.EventStore.Streams;
using Npgsql;

namespace AlgoStack.Backtest.Sweeps;

/// <summary>
/// How far each sweep is, without its outcomes. In the transaction of the append: whoever has saved the last part finds all
/// of them here.
/// </summary>
public sealed class SweepList : SingleStreamProjection<SweepView>
{
    public const string Running = "running";
    public const string Completed = "completed";
    public const string Canceled = "canceled";
    public const string Failed = "failed";

    public override string Name => "sweeps";

    public override IReadOnlyList<Type> Events =>
        [typeof(SweepStarted), typeof(SweepPartFinished), typeof(SweepFinished), typeof(SweepCanceled), typeof(SweepBroke)];

    /// <summary>Null when there is none of that id.</summary>
    public Task<SweepView?> FindAsync(string sweepId, CancellationToken cancellationToken) =>
        LoadAsync(SweepStarted.StreamOf(sweepId), cancellationToken);

    /// <summary>The newest first.</summary>
    public async Task<IReadOnlyList<SweepView>> ReadAsync(EventLog log, int limit, CancellationToken cancellationToken)
    {
        // Ids begin with the time.
        await using var command = log.Source.CreateCommand("select data from sweeps order by id desc limit $1");
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var sweeps = new List<SweepView>();
        while (await reader.ReadAsync(cancellationToken))
            sweeps.Add(JsonSerializer.Deserialize<SweepView>(reader.GetFieldValue<byte[]>(0), log.Types.Json)!);
        return sweeps;
    }

    public override SweepView? Evolve(SweepView? snapshot, StoredEvent e) => e.Data switch
    {
        SweepStarted started => Begun(started),
        SweepPartFinished part => snapshot! with
        {
            Done = snapshot.Done + part.Outcomes.Count,
            Failed = snapshot.Failed + part.Outcomes.Count(o => o.Error is not null),
            Best = part.Outcomes.Aggregate(snapshot.Best, (best, outcome) => Better(best, outcome, Measure.Find(snapshot.Request.Measure))),
        },
        SweepFinished finished => snapshot! with { State = Completed, Assessment = finished.Assessment, EndedAt = finished.At },
        SweepCanceled canceled => snapshot! with { State = Canceled, EndedAt = canceled.At },
        SweepBroke broke => snapshot! with { State = Failed, ErrorCode = broke.Code, Error = broke.Reason, EndedAt = broke.At },
        _ => snapshot,
    };

    public static SweepView Begun(SweepStarted started) => new(
        started.SweepId,
        Running,
        started.Request,
        started.Combinations,
        started.LeftOut,
        started.PartSize,
        started.Bars,
        DateTimeOffset.FromUnixTimeMilliseconds(started.FirstMs),
        DateTimeOffset.FromUnixTimeMilliseconds(started.LastMs),
        started.DataHash,
        started.PlanHash,
        Done: 0,
        Failed: 0,
        Best: null,
        Assessment: null,
        ErrorCode: null,
        Error: null,
        started.At,
        EndedAt: null);

    /// <summary>Of equals the one tried first, whichever finished first.</summary>
    private static SweepBest? Better(SweepBest? best, SweepOutcome outcome, Measure measure)
    {
        if (outcome.Figures is null || measure.Of(outcome.Figures) is not { } value || !double.IsFinite(value)) return best;

        return best is null || value > best.Value || (value == best.Value && outcome.Index < best.Index)
            ? new SweepBest(outcome.Index, outcome.Parameters, value)
            : best;
    }
}
