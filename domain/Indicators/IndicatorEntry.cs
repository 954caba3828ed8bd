using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Parameters;

namespace AlgoStack.Indicators;

/// <summary>What can be said and made of an indicator without knowing its type.</summary>
/// <param name="Meaning">What it says of the bars, in half a sentence.</param>
/// <param name="Outputs">The names of its values, in the order in which a <see cref="RunningIndicator"/> gives them.</param>
public abstract record IndicatorEntry(
    string Name, string Meaning, BarFields Reads, IReadOnlyList<Parameter> Parameters, IReadOnlyList<string> Outputs)
{
    /// <summary>Whether it compares two series, and so needs the bar of another at the same time.</summary>
    public bool IsOfTwo { get; init; }

    /// <summary>One that has seen no bar.</summary>
    /// <param name="values">By the parameters' names; what is not among them has its default.</param>
    /// <exception cref="ArgumentException">No such parameter, a value out of its range, or values that do not go together.</exception>
    public RunningIndicator Make(IReadOnlyDictionary<string, double> values)
    {
        var chosen = ParameterValues.Of(Name, Parameters, values);
        try
        {
            return Make([.. chosen.Values]);
        }
        catch (ArgumentOutOfRangeException e)
        {
            // Each is in its own range, so it is their order that is wrong, as of a fast length and a slow one.
            throw new ArgumentException(
                $"{Name}: {e.ParamName} {e.ActualValue} does not go with the other parameters.", paramName: null, e);
        }
    }

    /// <param name="values">In the order of <see cref="Parameters"/>, each in its range.</param>
    protected abstract RunningIndicator Make(double[] values);
}

internal sealed record IndicatorEntry<TIndicator>(
    string Name,
    string Meaning,
    BarFields Reads,
    IReadOnlyList<Parameter> Parameters,
    IReadOnlyList<string> Outputs,
    Func<double[], TIndicator> New,
    PushBar<TIndicator> Push) : IndicatorEntry(Name, Meaning, Reads, Parameters, Outputs)
    where TIndicator : struct, IIndicator
{
    protected override RunningIndicator Make(double[] values) => new RunningIndicator<TIndicator>(New(values), Push);
}
