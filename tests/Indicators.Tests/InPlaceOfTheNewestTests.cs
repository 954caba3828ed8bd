using AlgoStack.Trading.MarketData;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Indicators.Tests;

/// <summary>
/// What close, in place of the newest, would have made an indicator a value: pushed in its place, it does. Over a walk with
/// stretches without movement and without volume.
/// </summary>
public sealed class InPlaceOfTheNewestTests
{
    private static readonly Bar[] Walk = Series.Walk(400, seed: 7);

    [Theory]
    [InlineData(1)]
    [InlineData(30)]
    [InlineData(50)]
    [InlineData(85.5)]
    public void Of_the_RSI(double value) => EachTime(60, count =>
    {
        var close = After(count, default).CloseFor(value);

        After(count, close).Value.Should().BeApproximately(value, 1e-6);

        static Rsi After(int count, double? other)
        {
            var rsi = new Rsi(14);
            foreach (var price in Closes(count, other)) rsi.Push(price);
            return rsi;
        }
    });

    [Theory]
    [InlineData(-0.5)]
    [InlineData(0)]
    [InlineData(1.25)]
    public void Of_the_MACD_histogram(double value) => EachTime(60, count =>
    {
        var close = After(count, default).CloseFor(value, Walk[count - 1].Close);

        After(count, close).Histogram.Should().BeApproximately(value, 1e-9);

        static Macd After(int count, double? other)
        {
            var macd = new Macd(12, 26, 9);
            foreach (var price in Closes(count, other)) macd.Push(price);
            return macd;
        }
    });

    [Fact]
    public void Of_the_Bollinger_bands() => EachTime(60, count =>
    {
        // None is off the mean of others that are all the same.
        if (Walk[(count - 20)..(count - 1)].All(bar => bar.Close == Walk[count - 2].Close)) return;
        var bands = After(count, default);

        After(count, bands.CloseOnLower).PercentB.Should().BeApproximately(0, 1e-6);
        After(count, bands.CloseOnMiddle).PercentB.Should().BeApproximately(0.5, 1e-6);
        After(count, bands.CloseOnUpper).PercentB.Should().BeApproximately(1, 1e-6);

        static BollingerBands After(int count, double? other)
        {
            var bands = new BollingerBands(20, 2);
            foreach (var price in Closes(count, other)) bands.Push(price);
            return bands;
        }
    });

    [Fact]
    public void Of_the_session_VWAP() => EachTime(1, count =>
    {
        var close = After(count, default).CloseOnValue(Walk[count - 1]);

        After(count, close).Value.Should().BeApproximately(close, 1e-9);

        static SessionVwap After(int count, double? other)
        {
            var vwap = new SessionVwap(TimeSpan.Zero);
            foreach (var bar in BarsWith(count, other)) vwap.Push(bar);
            return vwap;
        }
    });

    [Theory]
    [InlineData(20)]
    [InlineData(50)]
    [InlineData(80)]
    public void Of_the_MFI_it_is_the_nearest_that_brings_it_to_the_other_side(double value) => EachTime(60, count =>
    {
        var newest = Walk[count - 1];
        var isBelow = After(count, default).Value < value;
        var close = After(count, default).CloseFor(value, newest);
        var reach = double.IsNaN(close) ? newest.Close * 0.9 : close - newest.Close;

        // The typical price is that of the bar before but for a rounding.
        if (Math.Abs(reach) < 1e-9) return;

        // On the way there, and as far the other way, or where there is none anywhere near, it stays on its side.
        foreach (var share in new[] { 0.1, 0.5, 0.9, 1 - 1e-6 })
        {
            (After(count, newest.Close + (share * reach)).Value < value).Should().Be(isBelow, "{0} to {1}", newest.Close, close);
            var away = newest.Close - (share * reach);
            if (away > 0) (After(count, away).Value < value).Should().Be(isBelow, "{0} away from {1}", newest.Close, close);
        }

        if (!double.IsNaN(close)) (After(count, close + (Math.Sign(reach) * 1e-7)).Value < value).Should().Be(!isBelow);

        static Mfi After(int count, double? other)
        {
            var mfi = new Mfi(14);
            foreach (var bar in BarsWith(count, other)) mfi.Push(bar);
            return mfi;
        }
    });

    [Fact]
    public void There_is_none_before_there_is_a_value()
    {
        new Rsi(14).CloseFor(30).Should().Be(double.NaN);
        new Macd(12, 26, 9).CloseFor(0, 100).Should().Be(double.NaN);
        new BollingerBands(20, 2).CloseOnMiddle.Should().Be(double.NaN);
        new SessionVwap(TimeSpan.Zero).CloseOnValue(Walk[0]).Should().Be(double.NaN);
        new Mfi(14).CloseFor(20, Walk[0]).Should().Be(double.NaN);
    }

    private static void EachTime(int first, Action<int> check)
    {
        for (var count = first; count <= Walk.Length; count++) check(count);
    }

    private static IEnumerable<double> Closes(int count, double? other) => BarsWith(count, other).Select(bar => bar.Close);

    /// <summary>The first of the walk, the last with another close where there is one.</summary>
    private static IEnumerable<Bar> BarsWith(int count, double? other) =>
        Walk.Take(count).Select((bar, i) => i == count - 1 && other is { } close ? bar with { Close = close } : bar);
}
