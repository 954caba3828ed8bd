using System.Globalization;
using System.Text;
using System.Text.Json;
using AlgoStack.BrokerRouting.Brokers;
using FluentAssertions;
using Xunit;

namespace AlgoStack.BrokerRouting.Tests.Brokers;

public sealed class VenueJsonTests
{
    [Theory]
    [InlineData("\"189.995\"", "189.995")]
    [InlineData("189.995", "189.995")]
    [InlineData("0.1", "0.1")]
    [InlineData("\"0.00000000\"", "0.00000000")]
    [InlineData("-12", "-12")]
    [InlineData("1e-8", "0.00000001")]
    [InlineData("1.5E2", "150")]
    [InlineData("\"0.123456789012345678\"", "0.123456789012345678")]
    [InlineData("\"1.50000000000000000000000000000000\"", "1.5")]
    [InlineData("\"79228162514264337593543950335\"", null)]
    [InlineData("\"7922816251426433759354395033\"", null)]
    [InlineData("1000000000000000001", null)]
    [InlineData("-1000000000000000001", null)]
    [InlineData("1000000000000000000", "1000000000000000000")]
    public void A_decimal_is_read_to_its_last_digit(string json, string? expected)
    {
        if (expected is null) Reading(json).Should().Throw<JsonException>();
        else Member(json).Decimal("x").Should().Be(decimal.Parse(expected, CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData("\"0.12345678901234567891\"")]
    [InlineData("0.1234567890123456789")]
    [InlineData("\"12345678901234567890123456789.5\"")]
    [InlineData("1e-30")]
    [InlineData("1e40")]
    [InlineData("1e999999999999")]
    [InlineData("\"NaN\"")]
    [InlineData("\"1,000\"")]
    [InlineData("\" 1\"")]
    [InlineData("\"0x10\"")]
    [InlineData("true")]
    [InlineData("[1]")]
    [InlineData("null")]
    [InlineData("\"\"")]
    public void What_cannot_be_kept_exactly_is_refused_and_not_rounded(string json) => Reading(json).Should().Throw<JsonException>();

    [Fact]
    public void A_quotient_without_end_is_rounded()
    {
        Member("\"33.333333333333333333333333333333333\"").OptionalQuotient("x").Should().Be(33.333333333333333333m);
    }

    [Theory]
    [InlineData("2024-01-16T14:30:00.123456789Z", "2024-01-16T14:30:00.1234567Z")]
    [InlineData("2024-01-16T14:30:00Z", "2024-01-16T14:30:00Z")]
    [InlineData("2024-01-16T09:30:00.5-05:00", "2024-01-16T14:30:00.5Z")]
    [InlineData("2024-01-16T14:30:00", "2024-01-16T14:30:00Z")]
    public void A_time_is_UTC_to_a_hundred_nanoseconds(string text, string expected)
    {
        var read = Member($"\"{text}\"").OptionalTime("x");

        read!.Value.Offset.Should().Be(TimeSpan.Zero);
        read.Value.Should().BeCloseTo(DateTimeOffset.Parse(expected, CultureInfo.InvariantCulture), TimeSpan.FromTicks(1));
    }

    [Fact]
    public void A_member_that_is_there_twice_says_nothing()
    {
        var reading = () => VenueJson.Parse("""{"qty":"1","qty":"100"}"""u8.ToArray());

        reading.Should().Throw<JsonException>();
    }

    [Theory]
    [InlineData("1.500", "1.5")]
    [InlineData("100", "100")]
    [InlineData("0.00000001", "0.00000001")]
    [InlineData("79228162514264337593543950335", "79228162514264337593543950335")]
    public void A_decimal_is_sent_plain_and_without_trailing_zeros(string number, string expected)
    {
        decimal.Parse(number, CultureInfo.InvariantCulture).Plain().Should().Be(expected);
    }

    private static JsonElement Member(string json) => VenueJson.Parse(Encoding.UTF8.GetBytes($"{{\"x\":{json}}}"));

    private static Func<decimal> Reading(string json) => () => Member(json).Decimal("x");
}
