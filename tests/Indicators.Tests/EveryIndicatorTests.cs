using FluentAssertions;
using Xunit;

namespace AlgoStack.Indicators.Tests;

/// <summary>What holds for all of them.</summary>
public sealed class EveryIndicatorTests
{
    private delegate (double Value, bool IsWarm) Step(double price);

    public static TheoryData<string> Names { get; } =
        ["sma", "ema", "wilder", "rsi", "deviation", "bands", "atr", "efficiency"];

    [Theory]
    [MemberData(nameof(Names))]
    public void It_has_a_number_from_the_end_of_its_warm_up_on_and_none_before(string name)
    {
        var (warmUp, step) = Make(name, 7);

        for (var i = 1; i <= 40; i++)
        {
            var (value, isWarm) = step(100 + (i % 5));

            isWarm.Should().Be(i >= warmUp, "value {0} of {1}", i, warmUp);
            double.IsNaN(value).Should().Be(i < warmUp, "value {0} of {1}", i, warmUp);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void It_allocates_nothing_once_it_is_made(string name)
    {
        var (_, step) = Make(name, 7);
        for (var i = 0; i < 100; i++) step(i);
        var before = GC.GetAllocatedBytesForCurrentThread();

        for (var i = 0; i < 10_000; i++) step(100 + (i % 5));

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);
    }

    private static (int WarmUp, Step Step) Make(string name, int length)
    {
        var sma = new Sma(length);
        var ema = new Ema(length);
        var wilder = new WilderAverage(length);
        var rsi = new Rsi(length);
        var deviation = new StandardDeviation(length);
        var bands = new BollingerBands(length, 2);
        var atr = new Atr(length);
        var efficiency = new EfficiencyRatio(length);
        return name switch
        {
            "sma" => (sma.WarmUp, price => (sma.Push(price), sma.IsWarm)),
            "ema" => (ema.WarmUp, price => (ema.Push(price), ema.IsWarm)),
            "wilder" => (wilder.WarmUp, price => (wilder.Push(price), wilder.IsWarm)),
            "rsi" => (rsi.WarmUp, price => (rsi.Push(price), rsi.IsWarm)),
            "deviation" => (deviation.WarmUp, price => (deviation.Push(price), deviation.IsWarm)),
            "bands" => (bands.WarmUp, PushBands),
            "atr" => (atr.WarmUp, price => (atr.Push(Series.Bar(price + 1, price - 1, price)), atr.IsWarm)),
            "efficiency" => (efficiency.WarmUp, price => (efficiency.Push(price), efficiency.IsWarm)),
            _ => throw new ArgumentOutOfRangeException(nameof(name), name, "No such indicator."),
        };

        (double Value, bool IsWarm) PushBands(double price)
        {
            bands.Push(price);
            return (bands.Lower + bands.Middle + bands.Upper, bands.IsWarm);
        }
    }
}
