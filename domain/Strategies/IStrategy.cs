using AlgoStack.Trading.MarketData;

namespace AlgoStack.Strategies;

/// <summary>
/// A strategy over one instrument: a struct that folds bars into a wish. It sees bars only, never fills, positions or
/// cash. <c>default</c> is not ready to use; engines start from <see cref="Create"/>. A struct and a generic argument,
/// so that the JIT inlines it into the engine's loop.
/// </summary>
/// <typeparam name="TSelf">The strategy itself.</typeparam>
public interface IStrategy<TSelf>
    where TSelf : struct, IStrategy<TSelf>
{
    /// <summary>The name it is configured, stored and shown by, as in <c>ema-cross</c>.</summary>
    static abstract string Name { get; }

    /// <summary>The parameters in one line, as in <c>fast=12 slow=26</c>: part of every signal's id.</summary>
    static abstract string Parameters { get; }

    static abstract ExplanationSchema Schema { get; }

    static abstract TSelf Create();

    /// <summary>The explanation as a sentence a person understands, made where it is read.</summary>
    static abstract string Describe(in Verdict verdict, double close);

    /// <summary>
    /// Takes the next bar. True when the direction wanted changed with it; then <paramref name="verdict"/> says to
    /// what and why. Never true before the indicators are warm.
    /// </summary>
    bool OnBar(in Bar bar, out Verdict verdict);
}
