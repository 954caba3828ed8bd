using AlgoStack.Trading.Executions;

namespace AlgoStack.Engine;

/// <summary>How far a parent order has come.</summary>
/// <param name="Stopped">Null while slices may leave.</param>
/// <param name="Ended">Null while a slice may leave or works.</param>
/// <param name="Traded">By all slices together; <paramref name="TradedValue"/> is the sum of quantity × price.</param>
public sealed record ExecutionProgress(ExecutionPlan Plan, DateTimeOffset At, ExecutionStopped? Stopped, ExecutionEnded? Ended, decimal Traded, decimal TradedValue);
