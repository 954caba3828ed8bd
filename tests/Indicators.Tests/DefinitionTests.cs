using AlgoStack.Testing;
using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Parameters;
using FluentAssertions;
using Xunit;
using Xunit.Abstractions;

namespace AlgoStack.Indicators.Tests;

/// <summary>Every value of every indicator against its definition.</summary>
public sealed class DefinitionTests(ITestOutputHelper output)
{
    private const double MostError = 1e-9;

    public static TheoryData<string> Names { get; } = new(IndicatorCatalog.All.Select(entry => entry.Name));

    [Theory]
    [MemberData(nameof(Names))]
    public void It_is_what_its_definition_says_over_random_walks_of_any_price(string name)
    {
        var worst = 0.0;
        foreach (var scale in (double[])[1, 1e-10, 1e6])
            worst = Math.Max(worst, WorstError(name, Series.Walk(600, seed: 1, scale), Series.Walk(600, seed: 2)));

        output.WriteLine($"{name}: {worst:0.0e+0}");
    }

    [SharedDataTheory]
    [MemberData(nameof(Names))]
    public void It_is_what_its_definition_says_over_two_years_of_an_index(string name) =>
        output.WriteLine($"{name}: {WorstError(name, Series.Spy(), Series.Walk(502, seed: 3)):0.0e+0}");

    [Theory]
    [MemberData(nameof(Names))]
    public void It_is_what_its_definition_says_of_a_price_that_never_moves(string name)
    {
        var still = Enumerable.Range(1, 150).Select(day => new Bar(day * TimeSpan.MillisecondsPerDay, 0.1, 0.1, 0.1, 0.1, 0.7)).ToArray();

        WorstError(name, still, still);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void It_is_what_its_definition_says_of_a_single_bar(string name) =>
        WorstError(name, Series.Walk(1, seed: 4), Series.Walk(1, seed: 5));

    /// <summary>The worst relative error, with the default parameters, with about half of them and with the least there may be.</summary>
    private static double WorstError(string name, Bar[] bars, Bar[] others)
    {
        var entry = IndicatorCatalog.Find(name);
        return new[]
        {
            WorstError(entry, p => p.Default, bars, others),
            WorstError(entry, p => p.IsWhole ? Math.Max(p.Least, Math.Floor(p.Default / 2) + 1) : p.Default / 2, bars, others),
            WorstError(entry, p => p.Least, bars, others),
        }.Max();
    }

    private static double WorstError(IndicatorEntry entry, Func<Parameter, double> choose, Bar[] bars, Bar[] others)
    {
        var parameters = entry.Parameters.ToDictionary(p => p.Name, choose, StringComparer.Ordinal);
        var values = Series.Run(entry, parameters, bars, others);
        var expected = Definitions.Of(entry.Name, bars, others, p => parameters[p]);
        expected.Should().HaveSameCount(entry.Outputs);

        // Near zero a value is known to no more digits than those around it.
        var greatest = expected.SelectMany(output => output).Where(v => !double.IsNaN(v)).Select(Math.Abs).DefaultIfEmpty().Max();
        var least = 1e-3 * (greatest > 0 ? greatest : 1);
        var worst = 0.0;
        for (var i = 0; i < expected.Length; i++)
        {
            for (var bar = 0; bar < bars.Length; bar++)
            {
                var (value, right) = (values[bar][i], expected[i][bar]);
                var error = value.Equals(right) ? 0 : Math.Abs(value - right) / Math.Max(Math.Abs(right), least);
                if (!(error <= MostError))
                {
                    Assert.Fail($"{entry.Name}({string.Join(", ", parameters.Values)}): {entry.Outputs[i]} of bar {bar + 1} is {right:R} by definition, found {value:R}.");
                }

                worst = Math.Max(worst, error);
            }
        }

        return worst;
    }
}
