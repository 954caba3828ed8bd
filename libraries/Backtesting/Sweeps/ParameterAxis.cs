using System.Globalization;
using AlgoStack.Strategies;
using AlgoStack.Trading.Parameters;
using AlgoStack.Trading.Research;

namespace AlgoStack.Backtesting.Sweeps;

/// <summary>The values to try of one parameter.</summary>
/// <param name="Values">In the order they are tried; empty for any number from <paramref name="Least"/> to <paramref name="Most"/>.</param>
internal sealed record ParameterAxis(string Name, double[] Values, double Least, double Most)
{
    public bool IsContinuous => Values.Length == 0;

    public static ParameterAxis Parse(StrategySchema schema, string text)
    {
        var at = text.IndexOf('=', StringComparison.Ordinal);
        if (at < 1) throw Unreadable(schema, text);

        var name = text[..at];
        var axis = text.Contains("..", StringComparison.Ordinal)
            ? Range(schema, name, text, text[(at + 1)..])
            : List(schema, name, text, text[(at + 1)..]);
        double[] tried = [.. axis.Values, axis.Least, axis.Most];
        foreach (var value in tried) ParameterValues.Of(schema.Name, schema.Parameters, new Dictionary<string, double>(StringComparer.Ordinal) { [name] = value });
        return axis;
    }

    public double Draw(ref SplitMix64 random) =>
        IsContinuous ? Least + (random.NextFraction() * (Most - Least)) : Values[random.NextBelow(Values.Length)];

    private static ParameterAxis List(StrategySchema schema, string name, string text, string list)
    {
        double[] values = [.. list.Split(',').Select(value => (double)Number(schema, text, value))];
        if (values.Distinct().Count() < values.Length)
            throw new ArgumentException($"{schema.Name}: expected each value once, found '{text}'.", paramName: null);
        return new ParameterAxis(name, values, values.Min(), values.Max());
    }

    private static ParameterAxis Range(StrategySchema schema, string name, string text, string range)
    {
        var dots = range.IndexOf("..", StringComparison.Ordinal);
        var colon = range.IndexOf(':', dots);
        var from = Number(schema, text, range[..dots]);
        var to = Number(schema, text, colon < 0 ? range[(dots + 2)..] : range[(dots + 2)..colon]);
        var isWhole = schema.Parameters.FirstOrDefault(p => p.Name == name)?.IsWhole ?? false;
        var step = colon >= 0 ? Number(schema, text, range[(colon + 1)..]) : isWhole ? 1 : 0;
        if (to < from || step < 0 || (step == 0 && colon >= 0))
            throw new ArgumentException($"{schema.Name}: expected a range that rises by a step above 0, found '{text}'.", paramName: null);
        if (step == 0 && from < to) return new ParameterAxis(name, [], (double)from, (double)to);

        // Divided as doubles: the quotient of two decimals need not fit one. Counted in decimals: three tenths are 0.3.
        var steps = from < to ? (double)(to - from) / (double)step : 0;
        if (steps >= ParameterGrid.MostCombinations)
            throw new TooManyCombinationsException($"{schema.Name}: expected at most {ParameterGrid.MostCombinations:N0} values of {name}, found {steps + 1:N0}.");
        var count = (int)Math.Round(steps) + 1;
        if (from + (step * (count - 1)) > to) count--;
        return new ParameterAxis(name, [.. Enumerable.Range(0, count).Select(i => (double)(from + (step * i)))], (double)from, (double)to);
    }

    private static decimal Number(StrategySchema schema, string text, string number) =>
        decimal.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : throw Unreadable(schema, text);

    private static ArgumentException Unreadable(StrategySchema schema, string text) =>
        new($"{schema.Name}: expected such as fast=5..50:5, stop=2,3,4 or slow=30, found '{text}'.", paramName: null);
}
