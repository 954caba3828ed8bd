using System.Numerics;
using AlgoStack.Strategies;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.Parameters;
using AlgoStack.Trading.Research;

namespace AlgoStack.Backtesting.Sweeps;

/// <summary>
/// The values to try of a strategy's parameters, written such as <c>fast=5..50:5 slow=20..200:10 stop=2,3,4</c>: ranges with
/// a step, lists, or one value. A range without a step is each whole number of it; of a parameter that takes fractions it
/// is any number, which only a random search can take. What is not named has its default.
/// </summary>
public sealed class ParameterGrid
{
    /// <summary>The most that are tried in one sweep.</summary>
    public const int MostCombinations = 1_000_000;

    /// <summary>For each that is wanted: where it takes more, few go together.</summary>
    private const int MostDraws = 100;

    private readonly ParameterAxis[] _axes;

    private ParameterGrid(StrategyEntry strategy, IReadOnlyList<InstrumentId> instruments, ParameterAxis[] axes)
    {
        Strategy = strategy;
        Instruments = instruments;
        _axes = axes;
    }

    public StrategyEntry Strategy { get; }

    /// <summary>Those to trade; with none, every one.</summary>
    public IReadOnlyList<InstrumentId> Instruments { get; }

    /// <summary>Combinations, those too that do not go together; null where a range has no step.</summary>
    public BigInteger? Count => _axes.Any(axis => axis.IsContinuous)
        ? null
        : _axes.Aggregate(BigInteger.One, (count, axis) => count * axis.Values.Length);

    /// <summary>The values at a place in the grid, worked out anew; the parameter named last changes first.</summary>
    /// <param name="index">From 0 to below <see cref="Count"/>.</param>
    public ParameterValues this[int index]
    {
        get
        {
            var values = new double[_axes.Length];
            for (var i = _axes.Length - 1; i >= 0; i--) (index, values[i]) = (index / _axes[i].Values.Length, _axes[i].Values[index % _axes[i].Values.Length]);
            return Of(values);
        }
    }

    /// <param name="instruments">As <see cref="StrategyEntry.Configure(string, IReadOnlyList{InstrumentId})"/> has them.</param>
    /// <exception cref="ArgumentException">Unreadable, no such parameter, a value out of its range, or not the instruments of a pair.</exception>
    public static ParameterGrid Parse(StrategyEntry strategy, string text, params IReadOnlyList<InstrumentId> instruments)
    {
        strategy.Configure("", instruments);
        ParameterAxis[] axes = [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(part => ParameterAxis.Parse(strategy.Schema, part))];
        if (axes.GroupBy(axis => axis.Name, StringComparer.Ordinal).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw new ArgumentException($"{strategy.Name}: found {twice.Key} twice.", nameof(text));
        return new ParameterGrid(strategy, instruments, axes);
    }

    /// <summary>Every combination that goes together.</summary>
    /// <exception cref="ArgumentException">They cannot be counted, or none goes together.</exception>
    /// <exception cref="TooManyCombinationsException">They are more than <see cref="MostCombinations"/>.</exception>
    public Combinations All()
    {
        if (Count is not { } count)
        {
            var axis = _axes.First(a => a.IsContinuous);
            throw new ArgumentException(FormattableString.Invariant(
                $"{Strategy.Name}: expected a step, as in {axis.Name}={axis.Least}..{axis.Most}:STEP, or a random search with a budget."), paramName: null);
        }

        if (count > MostCombinations)
        {
            throw new TooManyCombinationsException(
                $"{Strategy.Name}: expected at most {MostCombinations:N0} combinations, found {count:N0}; take wider steps, or a random search with a budget.");
        }

        return Take(Enumerable.Range(0, (int)count).Select(i => this[i]), (int)count);
    }

    /// <summary>
    /// So many different combinations that go together, drawn at random, each as likely; fewer where there are no more, or
    /// hardly any. The same for the same seed, and a larger budget goes on where a smaller one ends.
    /// </summary>
    /// <param name="budget">1 to <see cref="MostCombinations"/>.</param>
    /// <exception cref="ArgumentException">None goes together.</exception>
    public Combinations Draw(int budget, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(budget, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(budget, MostCombinations);
        var random = new SplitMix64(seed);
        return Take(Count is { } count && count <= MostCombinations ? Shuffled((int)count, random) : Drawn(MostDraws * budget, random), budget);
    }

    private Combinations Take(IEnumerable<ParameterValues> candidates, int most)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var taken = new List<string>();
        foreach (var values in candidates)
        {
            var text = values.ToString();
            if (!seen.Add(text) || !GoesTogether(values)) continue;
            taken.Add(text);
            if (taken.Count == most) break;
        }

        return taken.Count > 0
            ? new Combinations(taken, seen.Count - taken.Count)
            : throw new ArgumentException($"{Strategy.Name}: expected parameters that go together, found none in {seen.Count:N0} combinations.", paramName: null);
    }

    private IEnumerable<ParameterValues> Shuffled(int count, SplitMix64 random)
    {
        int[] places = [.. Enumerable.Range(0, count)];
        for (var i = 0; i < count; i++)
        {
            var other = i + random.NextBelow(count - i);
            (places[i], places[other]) = (places[other], places[i]);
            yield return this[places[i]];
        }
    }

    private IEnumerable<ParameterValues> Drawn(int draws, SplitMix64 random)
    {
        for (var draw = 0; draw < draws; draw++)
        {
            var values = new double[_axes.Length];
            for (var i = 0; i < values.Length; i++) values[i] = _axes[i].Draw(ref random);
            yield return Of(values);
        }
    }

    private ParameterValues Of(double[] values) => ParameterValues.Of(
        Strategy.Name,
        Strategy.Schema.Parameters,
        _axes.Zip(values).ToDictionary(pair => pair.First.Name, pair => pair.Second, StringComparer.Ordinal));

    private bool GoesTogether(ParameterValues values)
    {
        try
        {
            Strategy.Configure(values, Instruments);
            return true;
        }
        catch (ArgumentException)
        {
            // Each is in its range and the instruments are right, so it is the values together that are not.
            return false;
        }
    }
}
