using FluentAssertions;
using Xunit;

namespace AlgoStack.Indicators.Tests;

public sealed class CatalogTests
{
    [Fact]
    public void Every_indicator_there_is_is_in_it_once()
    {
        var types = typeof(IIndicator).Assembly.GetExportedTypes().Where(type => type.IsValueType && typeof(IIndicator).IsAssignableFrom(type));

        IndicatorCatalog.All.Select(entry => entry.GetType().GetGenericArguments()[0]).Should().BeEquivalentTo(types);
        IndicatorCatalog.All.Select(entry => entry.Name).Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public void A_default_is_within_its_range()
    {
        foreach (var parameter in IndicatorCatalog.All.SelectMany(entry => entry.Parameters))
            parameter.Default.Should().BeInRange(parameter.Least, parameter.Most, parameter.Name);
    }

    [Fact]
    public void A_name_that_is_not_there_is_refused_with_those_that_are() =>
        FluentActions.Invoking(() => IndicatorCatalog.Find("smma")).Should().Throw<ArgumentException>()
            .WithMessage("Indicator: expected one of sma, ema, wma,*, found 'smma'.");

    [Theory]
    [InlineData("rsi", "length", 0, "Parameter length: expected a whole number from 1 to 10000, found 0.")]
    [InlineData("rsi", "length", 14.5, "Parameter length: expected a whole number from 1 to 10000, found 14.5.")]
    [InlineData("rsi", "length", double.NaN, "Parameter length: expected a whole number from 1 to 10000, found NaN.")]
    [InlineData("rsi", "width", 2, "rsi: expected a parameter among length, found width.")]
    [InlineData("obv", "length", 2, "obv: expected no parameter, found length.")]
    [InlineData("keltner", "width", 0, "Parameter width: expected a number from 0.01 to 100, found 0.")]
    [InlineData("macd", "slow", 12, "macd: slow 12 does not go with the other parameters.")]
    [InlineData("parabolic-sar", "step", 0.5, "parabolic-sar: most 0.2 does not go with the other parameters.")]
    public void A_parameter_that_will_not_do_is_refused_with_what_was_expected(string name, string parameter, double value, string message) =>
        FluentActions.Invoking(() => IndicatorCatalog.Find(name).Make(new Dictionary<string, double>(StringComparer.Ordinal) { [parameter] = value }))
            .Should().Throw<ArgumentException>().WithMessage(message);
}
