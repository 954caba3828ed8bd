using AlgoStack.Backtesting.Sweeps;

namespace AlgoStack.Backtesting.WalkForwards;

/// <summary>What to choose from, how much to see before each choice, and how long to trade it.</summary>
/// <param name="Sweep">Run over the in-sample bars of each window.</param>
public sealed record WalkForwardPlan(SweepPlan Sweep, WindowLength InSample, WindowLength OutOfSample)
{
    /// <summary>Whether every window sees all bars from the first on, where it would else see as many as the first.</summary>
    public bool IsAnchored { get; init; }

    /// <summary>What the combination is chosen by.</summary>
    public Measure Measure { get; init; } = Measure.Sharpe;
}
