namespace AlgoStack.Backtesting.Reports;

/// <summary>A measure over two parameters, as a sweep found it.</summary>
/// <param name="X">The values of the first parameter, ascending.</param>
/// <param name="Y">The values of the second, ascending.</param>
/// <param name="Values">By <c>[y, x]</c>; null where it cannot be known. More is better.</param>
/// <param name="Measure">What the values are, as in <c>Sharpe</c>.</param>
public sealed record ParameterSurface(
    string XName, IReadOnlyList<double> X, string YName, IReadOnlyList<double> Y, double?[,] Values, string Measure);
