using System.Globalization;
using System.Numerics;
using System.Text;
using AlgoStack.Testing;
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

        value.Should().Be(double.Parse(text, CultureInfo.InvariantCulture));
    }

    [Fact]
    public void Random_numbers_are_those_of_the_platform_to_the_bit()
    {
        var random = new Random(20261122);
        Span<byte> text = stackalloc byte[64];
        for (var i = 0; i < 1_000_000; i++)
        {
            var length = WriteNumber(random, text);
            BarFileNumbers.TryNumber(text[..length], out var value).Should().BeTrue();
            var expected = double.Parse(text[..length], NumberStyles.Float, CultureInfo.InvariantCulture);
            // Not by Should(), which would take longer than all the rest.
            if (BitConverter.DoubleToInt64Bits(value) != BitConverter.DoubleToInt64Bits(expected)) Assert.Fail(Encoding.ASCII.GetString(text[..length]));
        }
    }

    [Fact]
    public void What_lies_between_two_doubles_goes_to_the_even_one()
    {
        var random = new Random(7);
        for (var i = 0; i < 100_000; i++)
        {
            // (2m + 1) / 2^(f + 1) with m of 53 bits, exact in decimal, and its neighbours in the last digit.
            var fraction = random.Next(1, 4);
            var half = new BigInteger((2 * random.NextInt64(1L << 52, 1L << 53)) + 1) * BigInteger.Pow(5, fraction);
            for (var off = -1; off <= 1; off++)
            {
                var digits = (half + off).ToString(CultureInfo.InvariantCulture);
                var text = $"{digits[..^fraction]}.{digits[^fraction..]}";
                BarFileNumbers.TryNumber(Encoding.ASCII.GetBytes(text), out var value).Should().BeTrue();
                if (value != double.Parse(text, CultureInfo.InvariantCulture)) Assert.Fail(text);
            }
        }
    }

    [SharedDataTheory]
    [InlineData("bars/minute_crypto_lean.csv")]
    [InlineData("bars/minute_crypto_btcperp_nautilus.csv")]
    [InlineData("bars/daily_us_equity_lean.csv")]
    [InlineData("indicators/ema_20.csv")]
    [InlineData("indicators/stoch_14_3_3.csv")]
    public void Numbers_of_real_files_are_those_of_the_platform_to_the_bit(string path)
    {
        var numbers = 0;
        foreach (var cell in File.ReadLines(SharedData.Path(path)).SelectMany(line => line.Split(',')))
        {
            if (!double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out var expected)) continue;

            numbers++;
            BarFileNumbers.TryNumber(Encoding.ASCII.GetBytes(cell), out var value);
            if (BitConverter.DoubleToInt64Bits(value) != BitConverter.DoubleToInt64Bits(expected)) Assert.Fail(cell);
        }

        numbers.Should().BeGreaterThan(400);
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

    // Up to 22 digits with the point anywhere, or the shortest form of any double.
    private static int WriteNumber(Random random, Span<byte> text)
    {
        if (random.Next(4) == 0)
        {
            var value = BitConverter.Int64BitsToDouble(random.NextInt64());
            value = double.IsFinite(value) && random.Next(2) == 0 ? value : random.NextDouble() * Math.Pow(10, random.Next(8));
            value.TryFormat(text, out var written, "R", CultureInfo.InvariantCulture).Should().BeTrue();
            return written;
        }

        var length = random.Next(1, 23);
        for (var i = 0; i < length; i++) text[i] = (byte)('0' + random.Next(10));
        if (length > 1) text[random.Next(length)] = (byte)'.';
        return length;
    }
}
