using AlgoStack.Trading.Instruments;
using FluentAssertions;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace AlgoStack.Trading.Tests.Instruments;

public sealed class InstrumentTests
{
    private static readonly InstrumentId Id = new("AAPL.SIM");

    private static readonly Arbitrary<Instrument> Instruments = Arb.From(
        from tick in Gen.Elements(0.01m, 0.05m, 0.25m, 1m, 1e-8m)
        from lot in Gen.Elements(1m, 100m, 0.001m, 1e-8m)
        select new Instrument(Id, tick, lot, "USD"));

    [Theory]
    [InlineData(10.004, 10.00)]
    [InlineData(10.005, 10.01)]
    [InlineData(-10.005, -10.01)]
    [InlineData(0.1 + 0.2, 0.30)]
    public void A_price_goes_to_the_nearest_tick_and_halves_away_from_zero(double price, double expected) =>
        new Instrument(Id, 0.01m, 1, "USD").RoundPrice(price).Should().Be((decimal)expected);

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(2e15)]
    public void What_is_no_price_is_refused(double price) =>
        FluentActions.Invoking(() => new Instrument(Id, 0.01m, 1, "USD").RoundPrice(price)).Should()
            .Throw<ArgumentOutOfRangeException>().WithMessage("AAPL.SIM: expected a finite price*");

    [Fact]
    public void A_rounded_price_is_on_the_tick_at_most_half_of_it_away_and_stays() =>
        Prop.ForAll(Instruments, Arb.From(Gen.Choose(1, int.MaxValue)), (instrument, thousandths) =>
        {
            var price = thousandths / 1_000.0;

            var rounded = instrument.RoundPrice(price);

            return rounded % instrument.Tick == 0
                && Math.Abs(rounded - (decimal)price) <= instrument.Tick / 2
                && instrument.RoundPrice((double)rounded) == rounded;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_floored_quantity_is_whole_lots_and_less_than_one_lot_below() =>
        Prop.ForAll(Instruments, Arb.From(Gen.Choose(0, int.MaxValue)), (instrument, millionths) =>
        {
            var quantity = millionths / 1_000_000m;

            var floored = instrument.FloorQuantity(quantity);

            return floored % instrument.Lot == 0 && floored <= quantity && quantity - floored < instrument.Lot;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_price_is_rounded_as_plain_decimal_arithmetic_rounds_it() =>
        Prop.ForAll(TicksAndPrices, given =>
        {
            var (tick, price) = given;

            return new Instrument(Id, tick, 1, "USD").RoundPrice(price) == Math.Round((decimal)price / tick, MidpointRounding.AwayFromZero) * tick;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(5_000));

    [Fact]
    public void A_quantity_is_floored_as_plain_decimal_arithmetic_floors_it() =>
        Prop.ForAll(
            Arb.From(Gen.Elements(0.01m, 0.05m, 0.25m, 0.3m, 0.001m, 1e-8m, 1m, 3m, 10m, 100m)),
            Arb.From(Gen.Choose(0, int.MaxValue)),
            Arb.From(Gen.Elements(1e-8m, 1e-4m, 0.01m, 0.05m, 0.3m, 1m, 7m, 1e8m)),
            (lot, count, unit) =>
            {
                var quantity = count * unit;

                return new Instrument(Id, 1, lot, "USD").FloorQuantity(quantity) == Math.Floor(quantity / lot) * lot;
            }).Check(Config.QuickThrowOnFailure.WithMaxTest(5_000));

    /// <summary>Prices of all sizes, many of them on the half between two ticks or a hair from it.</summary>
    private static Arbitrary<(decimal Tick, double Price)> TicksAndPrices { get; } = Arb.From(
        from tick in Gen.Elements(0.01m, 0.05m, 0.25m, 1m, 1e-8m, 10m, 0.1m, 0.0001m)
        from sign in Gen.Elements(1, -1)
        from halves in Gen.Choose(0, int.MaxValue)
        from few in Gen.Choose(0, 2_001)
        from scale in Gen.Elements(1e-8, 1e-4, 0.01, 1, 100, 1e5)
        from price in Gen.Elements(
            halves / 2.0 * (double)tick,
            few / 2.0 * (double)tick,
            Math.BitIncrement(few / 2.0 * (double)tick),
            Math.BitDecrement(few / 2.0 * (double)tick),
            halves * scale,
            1e-8,
            1e8,
            1e15)
        select (tick, sign * price));
}
