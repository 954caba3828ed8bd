using System.Text;
using FluentAssertions;
using Xunit;

namespace AlgoStack.BarFiles.Tests;

public sealed class BarFileNumbersTests
{
    [Theory]
    [InlineData("0.1")]
    [InlineData("2855.219971")]
    [InlineData("123456789012345678901234567890")]
    [InlineData("0.000000000000000000012345")]
    [InlineData("1.7976931348623157e308")]
    [InlineData("931800000")]
    public void Numbers_are_those_of_the_platform(string text)
    {
        BarFileNumbers.TryNumber(Encoding.ASCII.GetBytes(text), out var value).Should().BeTrue();

        value.Should().Be(double.Parse(text, System.Globalization.CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("1.2.3")]
    [InlineData("12a")]
    [InlineData("1,5")]
    public void What_is_no_number_is_refused(string text) =>
        BarFileNumbers.TryNumber(Encoding.ASCII.GetBytes(text), out _).Should().BeFalse();

    [Theory]
    [InlineData("2024-13-01")]
    [InlineData("2024-02-30T00:00:00Z")]
    [InlineData("2024-01-02T25:00:00Z")]
    [InlineData("2024-01-02T10:61Z")]
    [InlineData("yesterday")]
    [InlineData("01/02/2024")]
    [InlineData("-1704205800000")]
    [InlineData("99999999999999999999999")]
    [InlineData("2024-01-02Tnoon")]
    public void What_is_no_time_is_refused(string text) =>
        BarFileNumbers.TryTime(Encoding.ASCII.GetBytes(text), out _, out _).Should().BeFalse();
}
