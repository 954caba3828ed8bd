using System.Globalization;
using AlgoStack.Trading.MarketData;

namespace AlgoStack.Simulation.Venue;

/// <summary>
/// How much worse than the bar says an order trades that takes the price there is: market orders and stops. One that waits
/// for its price gets it.
/// </summary>
public abstract record SlippageModel
{
    public static SlippageModel None { get; } = new Fixed(0);

    /// <summary>As it is written in a result.</summary>
    public abstract string Description { get; }

    /// <summary>The distance from <paramref name="price"/>, in the quote currency, 0 or more.</summary>
    /// <param name="quantity">What trades, above zero.</param>
    /// <param name="bar">The bar in which it trades.</param>
    public abstract double Of(double price, double quantity, in Bar bar);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <param name="Distance">In the quote currency.</param>
    public sealed record Fixed(double Distance) : SlippageModel
    {
        public override string Description => Distance == 0 ? "none" : Text($"{Distance} of the quote currency");

        public override double Of(double price, double quantity, in Bar bar) => Distance;
    }

    /// <param name="BasisPoints">From bid to ask, in hundredths of a percent of the price; half of it is paid.</param>
    public sealed record Spread(double BasisPoints) : SlippageModel
    {
        public override string Description => Text($"half a spread of {BasisPoints} basis points");

        public override double Of(double price, double quantity, in Bar bar) => price * BasisPoints / 20_000;
    }

    /// <summary>Grows with the square of the share of the bar's volume, as in the back-tester Zipline (Quantopian, 2012).</summary>
    /// <param name="Impact">Share of the price paid for trading the whole volume of the bar.</param>
    /// <param name="MostShare">Of the volume; more costs no more.</param>
    public sealed record VolumeShare(double Impact, double MostShare) : SlippageModel
    {
        public override string Description => Text($"{Impact} of the price by the square of the volume's share, up to {MostShare}");

        public override double Of(double price, double quantity, in Bar bar)
        {
            var share = bar.Volume > 0 ? Math.Min(quantity / bar.Volume, MostShare) : MostShare;
            return price * Impact * share * share;
        }
    }

    /// <summary>
    /// The square-root law: volatility by the root of the share of the volume. N. Torre, BARRA Market Impact Model Handbook
    /// (1997). The bar's own volatility is M. Parkinson's, The Extreme Value Method for Estimating the Variance of the Rate of
    /// Return, Journal of Business 53 (1980). A bar without volume counts as traded whole.
    /// </summary>
    /// <param name="Coefficient">About 1.</param>
    public sealed record SquareRoot(double Coefficient) : SlippageModel
    {
        // 2 × the root of ln 2.
        private const double ParkinsonDivisor = 1.6651092223153954;

        public override string Description => Text($"{Coefficient} × volatility × √(volume's share)");

        public override double Of(double price, double quantity, in Bar bar)
        {
            var share = bar.Volume > 0 ? quantity / bar.Volume : 1;
            return price * Coefficient * Math.Log(bar.High / bar.Low) / ParkinsonDivisor * Math.Sqrt(share);
        }
    }
}
