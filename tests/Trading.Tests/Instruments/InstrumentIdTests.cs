using AlgoStack.Trading.Instruments;
using FluentAssertions;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace AlgoStack.Trading.Tests.Instruments;

public sealed class InstrumentIdTests
{
    private const string Allowed = "ABCXYZabcxyz0189-_/:.";

    [Theory]
    [InlineData("AAPL.SIM", "AAPL", "SIM")]
    [InlineData("BRK.B.SIM", "BRK.B", "SIM")]
    [InlineData("BTC/USD.COINBASE-SPOT", "BTC/USD", "COINBASE-SPOT")]
    public void The_last_dot_separates_symbol_and_venue(string text, string symbol, string venue)
    {
        var id = new InstrumentId(text);

        id.Symbol.Should().Be(symbol);
        id.Venue.Should().Be(venue);
        id.ToString().Should().Be(text);
    }

    [Theory]
    [InlineData(null, "*expected SYMBOL.VENUE*")]
    [InlineData("", "*expected SYMBOL.VENUE*")]
    [InlineData("AAPL", "*expected SYMBOL.VENUE, found 'AAPL'*")]
    [InlineData(".SIM", "*expected SYMBOL.VENUE*")]
    [InlineData("AAPL.", "*expected SYMBOL.VENUE*")]
    [InlineData("AA PL.SIM", "*found ' ' (U+0020)*")]
    [InlineData("ÄPFEL.SIM", "*found 'Ä' (U+00C4)*")]
    public void What_is_no_name_is_refused_with_the_reason(string? text, string reason)
    {
        InstrumentId.TryParse(text, out _, out var error).Should().BeFalse();

        error.Should().Match(reason);
        FluentActions.Invoking(() => new InstrumentId(text!)).Should().Throw<ArgumentException>().WithMessage(reason);
    }

    [Fact]
    public void It_may_have_64_characters_and_no_more()
    {
        InstrumentId.TryParse(new string('A', 60) + ".SIM", out _, out _).Should().BeTrue();

        InstrumentId.TryParse(new string('A', 61) + ".SIM", out _, out var error).Should().BeFalse();
        error.Should().Contain("at most 64 characters, found 65");
    }

    [Fact]
    public void Its_text_makes_it_again_and_its_parts_are_the_text() =>
        Prop.ForAll(Arb.From(Gen.Elements(Allowed.ToCharArray()).ListOf().Select(string.Concat)), text =>
        {
            if (!InstrumentId.TryParse(text, out var id, out var error)) return error.Length > 0;
            return id == new InstrumentId(id.ToString()) && $"{id.Symbol}.{id.Venue}" == text && !id.Venue.Contains('.', StringComparison.Ordinal);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void It_is_ordered_by_its_characters_codes()
    {
        var ids = new[] { "b.SIM", "B.SIM", "A.SIM", "A-B.SIM" }.Select(text => new InstrumentId(text)).Order();

        ids.Select(id => id.Value).Should().Equal("A-B.SIM", "A.SIM", "B.SIM", "b.SIM");
        (new InstrumentId("A.SIM") < new InstrumentId("B.SIM")).Should().BeTrue();
    }
}
