namespace AlgoStack.Trading.Executions;

/// <summary>What happened to a parent order; its slices are orders with events of their own. Stored for ever, so a shape is added to, never changed.</summary>
public abstract record ExecutionEvent(string ExecutionId, string Account, DateTimeOffset At);

/// <summary>From here on slices leave when they are due.</summary>
public sealed record ExecutionRequested(ExecutionPlan Plan, DateTimeOffset At) : ExecutionEvent(Plan.ExecutionId, Plan.Account, At);

/// <summary>No slice leaves any more, and what works is taken back.</summary>
/// <param name="Code">Stable, as in <c>time_over</c>.</param>
public sealed record ExecutionStopped(string ExecutionId, string Account, string Code, string Reason, DateTimeOffset At) : ExecutionEvent(ExecutionId, Account, At);

/// <summary>No slice works any more.</summary>
/// <param name="Code"><c>filled</c>, or that of what stopped it.</param>
/// <param name="Traded">By all slices together.</param>
/// <param name="Untraded">What is left of the parent order, and is not going to trade.</param>
public sealed record ExecutionEnded(
    string ExecutionId, string Account, string Code, string Reason, decimal Traded, decimal Untraded, DateTimeOffset At) : ExecutionEvent(ExecutionId, Account, At);
