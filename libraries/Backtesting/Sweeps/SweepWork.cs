using System.Diagnostics;
using System.Runtime.ExceptionServices;
using AlgoStack.Trading.MarketData;

namespace AlgoStack.Backtesting.Sweeps;

/// <summary>
/// The combinations of a plan, shared out to threads. What one finishes is told at once, and kept by its place, so that it
/// does not matter which thread was first. Nothing stops a thread against its will: one that is far over the time of its
/// combination is given up, and another takes its place. It keeps a core busy until it ends by itself, or the process does.
/// </summary>
/// <param name="finished">Told each outcome, one at a time.</param>
internal sealed class SweepWork(BarSeries bars, SweepPlan plan, Action<SweepOutcome> finished) : IDisposable
{
    // A combination looks at its time now and then: what is so far over it never gets there.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly SweepOutcome?[] _outcomes = new SweepOutcome?[plan.Combinations.Parameters.Count];
    private readonly List<Attempt> _attempts = [];
    private readonly ManualResetEventSlim _ended = new();
    private int _next;
    private int _done;
    private bool _isClosed;
    private Exception? _failure;

    /// <summary>Takes what came of a combination before, which is then not run.</summary>
    public void Skip(SweepOutcome outcome)
    {
        if (_outcomes[outcome.Index] is null) _done++;
        _outcomes[outcome.Index] = outcome;
    }

    /// <summary>Every outcome by its place. Throws what <c>finished</c> throws, and leaves no thread that would call it again.</summary>
    public IReadOnlyList<SweepOutcome> Run(int? threads, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threads ?? 1, nameof(threads));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            var left = _outcomes.Length - _done;
            if (left == 0) _ended.Set();
            for (var i = Math.Min(threads ?? Environment.ProcessorCount, left); i > 0; i--) StartThread(stop.Token);
            while (!_ended.Wait(plan.TimeLimit is null ? Timeout.InfiniteTimeSpan : Grace / 4, cancellationToken)) ReplaceStuck(stop.Token);
        }
        finally
        {
            lock (_lock) _isClosed = true;
            stop.Cancel();
        }

        if (_failure is not null) ExceptionDispatchInfo.Throw(_failure);
        return [.. _outcomes.Select(outcome => outcome!)];
    }

    public void Dispose() => _ended.Dispose();

    // Threads of its own, not of the pool: what never ends would be missing there. In the background, so that it does not
    // keep the process.
    private void StartThread(CancellationToken stop) => new Thread(() => Work(stop)) { IsBackground = true, Name = "sweep" }.Start();

    private void Work(CancellationToken stop)
    {
        try
        {
            while (Take() is { } attempt && Finish(attempt, Sweep.RunOne(bars, plan, attempt.Index, stop)))
            {
            }
        }
        catch (OperationCanceledException)
        {
            // What is not finished has no outcome.
        }
    }

    private Attempt? Take()
    {
        lock (_lock)
        {
            while (_next < _outcomes.Length && _outcomes[_next] is not null) _next++;
            if (_isClosed || _next == _outcomes.Length) return null;

            var attempt = new Attempt(_next++, Stopwatch.GetTimestamp());
            _attempts.Add(attempt);
            return attempt;
        }
    }

    /// <summary>False where nobody waits for the outcome any more.</summary>
    private bool Finish(Attempt attempt, SweepOutcome outcome)
    {
        lock (_lock)
        {
            if (!_attempts.Remove(attempt) || _isClosed) return false;

            try
            {
                finished(outcome);
                _outcomes[outcome.Index] = outcome;
                _done++;
            }
            catch (Exception e) when (_failure is null)
            {
                _failure = e;
                _isClosed = true;
            }

            if (_isClosed || _done == _outcomes.Length) _ended.Set();
            return !_isClosed;
        }
    }

    private void ReplaceStuck(CancellationToken stop)
    {
        lock (_lock)
        {
            foreach (var attempt in _attempts.Where(a => Stopwatch.GetElapsedTime(a.Started) > plan.TimeLimit + Grace).ToArray())
            {
                var parameters = plan.Combinations.Parameters[attempt.Index];
                if (Finish(attempt, new SweepOutcome(attempt.Index, parameters, Figures: null, plan.TookTooLong))) StartThread(stop);
            }
        }
    }

    private sealed record Attempt(int Index, long Started);
}
