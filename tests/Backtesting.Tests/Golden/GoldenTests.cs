using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using AlgoStack.Backtesting.Reports;
using AlgoStack.Simulation;
using AlgoStack.Simulation.Venue;
using AlgoStack.Strategies;
using AlgoStack.Testing;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Parameters;
using AlgoStack.Trading.Research;
using AlgoStack.Trading.Risk;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Backtesting.Tests.Golden;

/// <summary>
/// Backtests that must come to what they came to before: strategy × parameters × data, each with its order-list hash and every
/// statistic. The numbers are of our own code, so they show that something changed and not that it is right; that is what the
/// hand-worked tests are for. After a change that is meant, <c>ALGOSTACK_GOLDEN=write</c> writes them anew, and the difference is
/// read before it is committed.
/// </summary>
public sealed class GoldenTests
{
    private const int Variants = 6;
    private static readonly string File = Path.Combine(Repository.Root, "tests/Backtesting.Tests/Golden/cases.txt");

    private static readonly TradingSettings Settings = new(BacktestPlan.Account)
    {
        Limits = new RiskLimits(90, 100),
        Venue = VenueModel.Paper with { Slippage = new SlippageModel.Spread(2), Participation = 0.25 },
    };

    [Fact]
    public void A_hundred_backtests_and_more_come_to_what_they_came_to_before()
    {
        string[] found = [.. Cases()];
        if (Environment.GetEnvironmentVariable("ALGOSTACK_GOLDEN") is "write") System.IO.File.WriteAllLines(File, found);

        found.Should().HaveCountGreaterThan(100);
        found.Should().OnlyContain(line => line.Count(c => c == '=') >= 28, "each has its statistics");
        found.Should().Equal(System.IO.File.ReadAllLines(File));
    }

    private static IEnumerable<string> Cases()
    {
        (string Name, BarSeries Bars)[] data = [("sp500-days", Sp500.Bars), ("walk-minutes", Walk(instruments: 1)), ("walk-of-two", Walk(instruments: 2))];
        foreach (var (name, bars) in data)
        {
            InstrumentId[] instruments = [.. bars.Instruments.Select(i => i.Id)];
            foreach (var entry in StrategyCatalog.All.Where(e => e.IsOfPair == (instruments.Length == 2)))
            {
                foreach (var strategy in Parameterised(entry, entry.IsOfPair ? instruments : [])) yield return Line(name, bars, strategy);
            }
        }
    }

    /// <summary>The usual parameters, then others around them, those that do not go together left out.</summary>
    private static IEnumerable<ConfiguredStrategy> Parameterised(StrategyEntry entry, InstrumentId[] instruments)
    {
        yield return entry.Configure("", instruments);
        for (var variant = 1; variant <= Variants && entry.Schema.Parameters.Count > 0; variant++)
        {
            var given = entry.Schema.Parameters.Select((p, i) => (p.Name, Value: Moved(p, 1 + (0.25 * variant * (i % 2 == 0 ? -0.5 : 1)))));
            ConfiguredStrategy? strategy = null;
            try
            {
                strategy = entry.Configure(ParameterValues.Of(entry.Name, entry.Schema.Parameters, given.ToDictionary(g => g.Name, g => g.Value, StringComparer.Ordinal)), instruments);
            }
            catch (ArgumentException)
            {
                continue;
            }

            yield return strategy;
        }
    }

    private static double Moved(Parameter parameter, double factor)
    {
        var value = Math.Clamp(parameter.Default * factor, parameter.Least, parameter.Most);
        return parameter.IsWhole ? Math.Round(value) : Math.Round(value, 4);
    }

    private static string Line(string data, BarSeries bars, ConfiguredStrategy strategy)
    {
        var result = Backtester.Run(bars, data, new BacktestPlan([strategy], Settings));
        using var json = new MemoryStream();
        JsonReport.Write(json, result);
        var currency = JsonNode.Parse(json.ToArray())!["currencies"]![0]!;
        var numbers = Numbers("", currency["statistics"]!).Concat(Numbers("holding.", currency["holding"] ?? new JsonObject()));
        return $"{data} {strategy.Name} {strategy.ParameterText} orders={result.OrderListHash} signals={result.Signals} {string.Join(' ', numbers)}";
    }

    // To twelve digits: the last ones of a root or a power are the processor's.
    private static IEnumerable<string> Numbers(string prefix, JsonNode node) => node.AsObject().SelectMany(property => property.Value switch
    {
        null => [$"{prefix}{property.Key}=none"],
        JsonObject inner => Numbers($"{prefix}{property.Key}.", inner),
        JsonValue value when value.GetValueKind() is JsonValueKind.Number =>
            [string.Create(CultureInfo.InvariantCulture, $"{prefix}{property.Key}={value.GetValue<double>():G12}")],
        var other => (IEnumerable<string>)[$"{prefix}{property.Key}={other}"],
    });

    private static BarSeries Walk(int instruments)
    {
        const int BarsEach = 10_000;
        var count = instruments * BarsEach;
        var series = new BarSeries(
            Timeframe.Minute,
            [.. Enumerable.Range(0, instruments).Select(i => new Instrument(new InstrumentId($"WALK{i}.SIM"), 0.01m, 1, "USD"))],
            new int[count], new long[count], new double[count], new double[count], new double[count], new double[count], new double[count]);
        var random = new SplitMix64(7);
        var price = 100.0;
        var prices = new double[instruments];
        Array.Fill(prices, price);
        for (var row = 0; row < count; row++)
        {
            var instrument = row % instruments;
            // Two that go together, and each a little its own way.
            if (instrument == 0) price = Math.Max(5, price * (1 + (0.002 * (random.NextFraction() - 0.5))));
            prices[instrument] = price * (1 + (0.004 * (random.NextFraction() - 0.5)));
            var close = Math.Round(prices[instrument], 2);
            var open = row < instruments ? close : series.Close[row - instruments];
            series.Instrument[row] = instrument;
            series.CloseMs[row] = 1_704_203_400_000 + (60_000L * ((row / instruments) + 1));
            (series.Open[row], series.Close[row]) = (open, close);
            series.High[row] = Math.Max(open, close) + 0.02;
            series.Low[row] = Math.Min(open, close) - 0.02;
            series.Volume[row] = 100 + random.NextBelow(10_000);
        }

        return series;
    }
}
