using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text.RegularExpressions;
using FluentAssertions;
using Xunit;

namespace AlgoStack.ServiceDefaults.Tests.Telemetry;

public sealed partial class PrometheusTests : IDisposable
{
    private readonly Meter _meter = new("AlgoStack.Tests");

    public void Dispose() => _meter.Dispose();

    [Fact]
    public async Task The_whole_page_follows_the_grammar_of_the_text_format()
    {
        await using var service = await TestService.StartAsync();
        await service.Http.GetAsync(new Uri("/nowhere", UriKind.Relative));

        using var answer = await service.Http.GetAsync(new Uri("/metrics", UriKind.Relative));

        answer.Content.Headers.ContentType!.ToString().Should().Be("text/plain; version=0.0.4; charset=utf-8");
        var page = Page.Parse(await answer.Content.ReadAsStringAsync());
        page.Types.Should().Contain("http_server_request_duration_seconds", "histogram");
        page.Types.Should().Contain("algostack_build_info", "gauge");
        page.Types.Keys.Should().Contain(name => name.StartsWith("dotnet_gc_", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Names_carry_unit_and_total_and_labels_are_escaped()
    {
        var orders = _meter.CreateCounter<long>("algostack.orders.submitted", "{order}", "Orders sent\nto a \\ venue.");
        var latency = _meter.CreateHistogram<double>("algostack.order.ack.duration", "s");
        _meter.CreateObservableGauge("algostack.provider.quota.used", () => 0.25, "1");
        _meter.CreateUpDownCounter<int>("algostack.outbox.pending_messages").Add(-3);
        await using var service = await TestService.StartAsync();

        orders.Add(2, new("broker", "a \"quoted\" \\ name\n"), new("order.side", "Buy"));
        latency.Record(0.003);
        latency.Record(7);

        var page = Page.Parse(await service.Http.GetStringAsync(new Uri("/metrics", UriKind.Relative)));
        page.Types.Should().Contain("algostack_orders_submitted_total", "counter");
        page.Samples.Should().Contain(@"algostack_orders_submitted_total{broker=""a \""quoted\"" \\ name\n"",order_side=""Buy""}", 2);
        page.Help["algostack_orders_submitted_total"].Should().Be(@"Orders sent\nto a \\ venue.");
        page.Samples.Should().Contain("algostack_provider_quota_used_ratio", 0.25);
        page.Samples.Should().Contain("algostack_order_ack_duration_seconds_count", 2);
        page.Samples.Should().Contain("algostack_order_ack_duration_seconds_sum", 7.003);
        page.Samples.Should().Contain("algostack_order_ack_duration_seconds_bucket{le=\"0.005\"}", 1);
        page.Samples.Should().Contain("algostack_order_ack_duration_seconds_bucket{le=\"+Inf\"}", 2);
    }

    [Fact]
    public async Task Scrapes_at_the_same_time_each_get_a_whole_page()
    {
        await using var service = await TestService.StartAsync();

        var pages = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => service.Http.GetStringAsync(new Uri("/metrics", UriKind.Relative))));

        foreach (var page in pages) Page.Parse(page).Samples.Should().NotBeEmpty();
    }

    /// <summary>A page of the text format 0.0.4, refused at the first line that does not follow its grammar.</summary>
    private sealed partial record Page(
        IReadOnlyDictionary<string, string> Types, IReadOnlyDictionary<string, string> Help, IReadOnlyDictionary<string, double> Samples)
    {
        public static Page Parse(string text)
        {
            var types = new Dictionary<string, string>(StringComparer.Ordinal);
            var help = new Dictionary<string, string>(StringComparer.Ordinal);
            var samples = new Dictionary<string, double>(StringComparer.Ordinal);
            var family = "";
            text.Should().EndWith("\n");
            foreach (var line in text[..^1].Split('\n'))
            {
                if (HelpLine().Match(line) is { Success: true } helped)
                {
                    help.Add(helped.Groups["name"].Value, helped.Groups["text"].Value);
                }
                else if (TypeLine().Match(line) is { Success: true } typed)
                {
                    family = typed.Groups["name"].Value;
                    types.Add(family, typed.Groups["type"].Value);
                }
                else
                {
                    var sample = SampleLine().Match(line);
                    sample.Success.Should().BeTrue("this is no line of the format: {0}", line);
                    Suffixless(sample.Groups["name"].Value, types[family]).Should().Be(family, "samples stand under their own TYPE");
                    samples.Add(sample.Groups["key"].Value, Number(sample.Groups["value"].Value));
                }
            }

            CheckHistograms(types, samples);
            return new Page(types, help, samples);
        }

        private static string Suffixless(string name, string type) =>
            type is "histogram" ? HistogramSuffix().Replace(name, "") : name;

        // Buckets never decrease, and the last is the count.
        private static void CheckHistograms(Dictionary<string, string> types, Dictionary<string, double> samples)
        {
            foreach (var name in types.Where(type => type.Value is "histogram").Select(type => type.Key))
            {
                var series = samples.Where(sample => sample.Key.StartsWith($"{name}_bucket{{", StringComparison.Ordinal))
                    .GroupBy(sample => Bound().Replace(sample.Key[$"{name}_bucket".Length..], "").Replace("{}", "", StringComparison.Ordinal), StringComparer.Ordinal);
                foreach (var one in series)
                {
                    one.Select(sample => sample.Value).Should().BeInAscendingOrder();
                    one.Last().Key.Should().Contain("le=\"+Inf\"");
                    samples.Should().ContainKey($"{name}_count{one.Key}").WhoseValue.Should().Be(one.Last().Value);
                    samples.Should().ContainKey($"{name}_sum{one.Key}");
                }
            }
        }

        private static double Number(string text) => text switch
        {
            "+Inf" => double.PositiveInfinity,
            "-Inf" => double.NegativeInfinity,
            _ => double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture),
        };

        [GeneratedRegex(@"^# HELP (?<name>[a-zA-Z_:][a-zA-Z0-9_:]*) (?<text>([^\\\n]|\\\\|\\n)*)$", RegexOptions.ExplicitCapture, 1000)]
        private static partial Regex HelpLine();

        [GeneratedRegex("^# TYPE (?<name>[a-zA-Z_:][a-zA-Z0-9_:]*) (?<type>counter|gauge|histogram)$", RegexOptions.ExplicitCapture, 1000)]
        private static partial Regex TypeLine();

        [GeneratedRegex(
            @"^(?<key>(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(\{[a-zA-Z_][a-zA-Z0-9_]*=""([^""\\\n]|\\\\|\\""|\\n)*""(,[a-zA-Z_][a-zA-Z0-9_]*=""([^""\\\n]|\\\\|\\""|\\n)*"")*\})?) (?<value>[-+]?[0-9.]+([eE][-+]?[0-9]+)?|[-+]Inf|NaN)$",
            RegexOptions.ExplicitCapture,
            1000)]
        private static partial Regex SampleLine();

        [GeneratedRegex("_(bucket|sum|count)$", RegexOptions.ExplicitCapture, 1000)]
        private static partial Regex HistogramSuffix();

        [GeneratedRegex(",?le=\"[^\"]*\"", RegexOptions.ExplicitCapture, 1000)]
        private static partial Regex Bound();
    }
}
