using System.Globalization;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.Parameters;

namespace AlgoStack.Strategies;

/// <summary>What can be said and made of a strategy without knowing its type.</summary>
/// <param name="IsOfPair">Whether it trades two instruments against each other.</param>
public abstract record StrategyEntry(StrategySchema Schema, bool IsOfPair)
{
    public string Name => Schema.Name;

    public static StrategyEntry Of<TStrategy>()
        where TStrategy : struct, IStrategy<TStrategy> =>
        new Typed<TStrategy>(TStrategy.Schema, IsOfPair: false, (parameters, _) => new StrategyRunner<TStrategy>(parameters));

    public static StrategyEntry OfPair<TStrategy>()
        where TStrategy : struct, IPairStrategy<TStrategy> =>
        new Typed<TStrategy>(TStrategy.Schema, IsOfPair: true, (parameters, pair) => new PairRunner<TStrategy>(parameters, pair[0]));

    /// <inheritdoc cref="Configure(ParameterValues, IReadOnlyList{InstrumentId})"/>
    /// <param name="parameters">As in <c>fast=12 slow=26</c>; what is not there has its default.</param>
    public ConfiguredStrategy Configure(string parameters = "", params IReadOnlyList<InstrumentId> instruments) =>
        Configure(ParameterValues.Parse(Name, Schema.Parameters, parameters), instruments);

    /// <param name="instruments">Those it trades, with none every one; the two of a pair.</param>
    /// <exception cref="ArgumentException">Values that do not go together, or a pair that is not of two.</exception>
    public ConfiguredStrategy Configure(ParameterValues parameters, params IReadOnlyList<InstrumentId> instruments)
    {
        if (IsOfPair && (instruments.Count != 2 || instruments[0] == instruments[1]))
            throw new ArgumentException($"{Name}: expected two instruments, found {(instruments.Count == 0 ? "none" : string.Join(", ", instruments))}.", nameof(instruments));

        try
        {
            Check(parameters);
        }
        catch (ArgumentOutOfRangeException e)
        {
            // Each is in its own range, so it is their order that is wrong, as of a fast length and a slow one.
            throw new ArgumentException($"{Name}: {e.ParamName} {e.ActualValue} does not go with the other parameters.", nameof(parameters), e);
        }

        return new ConfiguredStrategy(this, parameters, instruments);
    }

    /// <summary>A signal of this strategy as a sentence that a person understands.</summary>
    public string Describe(Signal signal)
    {
        var verdict = signal.Verdict;
        var flip = double.IsNaN(verdict.FlipClose) ? "" : $"; a close at {PriceText.Of(verdict.FlipClose)} would have left it";
        var regime = signal.Market.Regime is Regime.Unknown ? "" : $", {signal.Market.Condition} {signal.Market.Regime} market";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{verdict.Direction} at {PriceText.Of(signal.Bar.Close)}: {Why(signal)}{flip} (score {verdict.Score:0.00}, quality {signal.Quality:0.00}{regime}).");
    }

    internal abstract StrategyRunner NewRunner(ParameterValues parameters, IReadOnlyList<InstrumentId> instruments);

    protected abstract void Check(ParameterValues parameters);

    protected abstract string Why(Signal signal);

    private sealed record Typed<TStrategy>(
        StrategySchema Schema, bool IsOfPair, Func<ParameterValues, IReadOnlyList<InstrumentId>, StrategyRunner> Runner)
        : StrategyEntry(Schema, IsOfPair)
        where TStrategy : struct, IStrategyDefinition<TStrategy>
    {
        internal override StrategyRunner NewRunner(ParameterValues parameters, IReadOnlyList<InstrumentId> instruments) => Runner(parameters, instruments);

        protected override void Check(ParameterValues parameters) => TStrategy.Create(parameters);

        protected override string Why(Signal signal) => TStrategy.Describe(
            ParameterValues.Parse(Name, Schema.Parameters, signal.Parameters), signal.Verdict, signal.Bar.Close);
    }
}
