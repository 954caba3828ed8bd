using System.Numerics;
using System.Runtime.InteropServices;
using AlgoStack.Trading.Performance;

namespace AlgoStack.Trading.Research;

/// <summary>
/// Combinatorially symmetric cross-validation: the periods are cut into slices, and for each way to take half of them,
/// the configuration with the best Sharpe ratio there is looked up in the other half. D. H. Bailey, J. M. Borwein,
/// M. López de Prado and Q. J. Zhu, The Probability of Backtest Overfitting, Journal of Computational Finance (2015).
/// </summary>
/// <param name="Combinations">Ways to take half of the slices.</param>
/// <param name="OverfittingProbability">
/// The share of ways in which the chosen one is below the median in the other half; at the median counts a half. About a
/// half where no configuration is better than another, 0 where one is best everywhere.
/// </param>
/// <param name="LossProbability">The share of ways in which the chosen one loses in the other half.</param>
/// <param name="Degradation">
/// The slope of the chosen one's Sharpe ratio in the other half over that in its own: 1 when what was seen holds, below
/// zero when the better it looked the worse it did. Null when all looked equally good.
/// </param>
public sealed record CrossValidation(
    int Combinations, double OverfittingProbability, double LossProbability, double? Degradation)
{
    /// <summary>The most slices: 184,756 ways to take half of them.</summary>
    public const int MostSlices = 20;

    /// <param name="returns">By configuration, each of the same periods; at least two configurations, all finite.</param>
    /// <param name="slices">Even, 2 to <see cref="MostSlices"/>, of two periods or more each; the paper takes 16.</param>
    /// <exception cref="ArgumentException">Something of this does not hold.</exception>
    public static CrossValidation Of(IReadOnlyList<double[]> returns, int slices)
    {
        ThrowUnlessMatrix(returns);
        var periods = returns[0].Length;
        if (slices is < 2 or > MostSlices || slices % 2 != 0 || periods < 2 * slices)
        {
            var most = Math.Min(MostSlices, periods / 2);
            throw new ArgumentException(
                $"CrossValidation: expected an even number of slices from 2 to {most} for {periods} periods, found {slices}.",
                nameof(slices));
        }

        var cells = Cells(returns, slices);
        var (seen, other) = (new Part[returns.Count], new Part[returns.Count]);
        var (seenSharpes, otherSharpes) = (new List<double>(), new List<double>());
        var (below, losses) = (0.0, 0);
        for (var half = 0u; half < 1u << slices; half++)
        {
            if (BitOperations.PopCount(half) != slices / 2) continue;
            Gather(cells, half, seen, other);
            var best = Best(seen);
            var sharpe = other[best].Sharpe;
            below += ShareBelowMedian(other, sharpe);
            if (sharpe < 0) losses++;
            seenSharpes.Add(seen[best].Sharpe);
            otherSharpes.Add(sharpe);
        }

        var combinations = seenSharpes.Count;
        return new CrossValidation(
            combinations, below / combinations, (double)losses / combinations, Slope(seenSharpes, otherSharpes));
    }

    internal static void ThrowUnlessMatrix(IReadOnlyList<double[]> returns)
    {
        if (returns.Count < 2)
            throw new ArgumentException($"Expected two configurations or more, found {returns.Count}.", nameof(returns));
        foreach (var configuration in returns)
        {
            if (configuration.Length != returns[0].Length)
            {
                throw new ArgumentException(
                    $"Expected as many periods of each configuration, found {returns[0].Length} and {configuration.Length}.",
                    nameof(returns));
            }

            Doubles.ThrowUnlessFinite(configuration, nameof(returns));
        }
    }

    private static Part[][] Cells(IReadOnlyList<double[]> returns, int slices)
    {
        var periods = (long)returns[0].Length;
        var cells = new Part[slices][];
        for (var slice = 0; slice < slices; slice++)
        {
            var (from, to) = ((int)(periods * slice / slices), (int)(periods * (slice + 1) / slices));
            cells[slice] = [.. returns.Select(configuration => Part.Of(configuration.AsSpan(from..to)))];
        }

        return cells;
    }

    private static void Gather(Part[][] cells, uint half, Part[] seen, Part[] other)
    {
        Array.Clear(seen);
        Array.Clear(other);
        for (var slice = 0; slice < cells.Length; slice++)
        {
            var into = (half >> slice & 1) == 1 ? seen : other;
            var cell = cells[slice];
            for (var i = 0; i < cell.Length; i++) into[i].Add(cell[i]);
        }
    }

    private static int Best(Part[] parts)
    {
        var (best, most) = (0, double.NegativeInfinity);
        for (var i = 0; i < parts.Length; i++)
        {
            var sharpe = parts[i].Sharpe;
            if (sharpe > most) (best, most) = (i, sharpe);
        }

        return best;
    }

    // The rank among N, ties shared, is less than (N + 1) / 2 just when more are above than below.
    private static double ShareBelowMedian(Part[] parts, double sharpe)
    {
        var balance = 0;
        foreach (var part in parts) balance += part.Sharpe.CompareTo(sharpe);
        return balance > 0 ? 1 : balance == 0 ? 0.5 : 0;
    }

    private static double? Slope(List<double> x, List<double> y)
    {
        var (xs, ys) = (Moments.Of(CollectionsMarshal.AsSpan(x)), Moments.Of(CollectionsMarshal.AsSpan(y)));
        var covariance = x.Zip(y, (a, b) => (a - xs.Mean) * (b - ys.Mean)).Sum() / (x.Count - 1);
        return xs.Deviation > 0 ? (covariance / xs.Variance).OrNull() : null;
    }

    private struct Part
    {
        private int _count;
        private double _mean;
        private double _squares;

        /// <summary>A period; 0 for one that did not move.</summary>
        public readonly double Sharpe => new Moments(_count, _mean, _squares / (_count - 1)).Sharpe ?? 0;

        public static Part Of(ReadOnlySpan<double> returns)
        {
            var moments = Moments.Of(returns);
            return new Part { _count = moments.Count, _mean = moments.Mean, _squares = moments.Variance * (moments.Count - 1) };
        }

        // T. F. Chan, G. H. Golub and R. J. LeVeque, Updating Formulae and a Pairwise Algorithm for Computing Sample
        // Variances, COMPSTAT (1982).
        public void Add(in Part part)
        {
            var count = _count + part._count;
            var apart = part._mean - _mean;
            var weight = (double)part._count / count;
            _mean += apart * weight;
            _squares += part._squares + (apart * apart * _count * weight);
            _count = count;
        }
    }
}
