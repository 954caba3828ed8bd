using System.Globalization;
using System.Text;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace AlgoStack.ServiceDefaults.Telemetry;

/// <summary>
/// Metrics of the SDK in the Prometheus text format 0.0.4. Names follow OpenTelemetry's mapping: other characters become
/// underscores, the unit follows the name, counters end in <c>_total</c>.
/// </summary>
internal sealed class PrometheusText
{
    private readonly Dictionary<string, Family> _families = new(StringComparer.Ordinal);

    public void Add(Metric metric)
    {
        var type = TypeOf(metric.MetricType);
        if (type is null) return;

        var name = NameOf(metric.Name, metric.Unit, type);
        if (!_families.TryGetValue(name, out var family))
        {
            family = new Family(type, metric.Description, new StringBuilder());
            _families.Add(name, family);
        }

        // A name has one type; a second instrument that disagrees would make the whole page unreadable.
        if (!string.Equals(family.Type, type, StringComparison.Ordinal)) return;

        foreach (ref readonly var point in metric.GetMetricPoints()) Write(family.Lines, name, metric.MetricType, point);
    }

    public override string ToString()
    {
        var page = new StringBuilder();
        foreach (var (name, family) in _families)
        {
            if (family.Lines.Length == 0) continue;

            if (family.Description.Length > 0) page.Append(CultureInfo.InvariantCulture, $"# HELP {name} {EscapeHelp(family.Description)}\n");
            page.Append(CultureInfo.InvariantCulture, $"# TYPE {name} {family.Type}\n");
            page.Append(family.Lines);
        }

        return page.ToString();
    }

    internal static string NameOf(string instrument, string? unit, string type)
    {
        var name = Legal(instrument, isLabel: false);
        var suffix = UnitSuffix(unit, type);
        var isTotal = name.EndsWith("_total", StringComparison.Ordinal);
        if (isTotal) name = name[..^"_total".Length];
        if (suffix.Length > 0 && !name.EndsWith(suffix, StringComparison.Ordinal)) name = $"{name}_{suffix}";
        return isTotal || type is "counter" ? $"{name}_total" : name;
    }

    private static void Write(StringBuilder lines, string name, MetricType type, in MetricPoint point)
    {
        var labels = Labels(point.Tags);
        switch (type)
        {
            case MetricType.LongSum or MetricType.LongSumNonMonotonic:
                Sample(lines, name, labels, point.GetSumLong());
                break;
            case MetricType.DoubleSum or MetricType.DoubleSumNonMonotonic:
                Sample(lines, name, labels, point.GetSumDouble());
                break;
            case MetricType.LongGauge:
                Sample(lines, name, labels, point.GetGaugeLastValueLong());
                break;
            case MetricType.DoubleGauge:
                Sample(lines, name, labels, point.GetGaugeLastValueDouble());
                break;
            default:
                WriteHistogram(lines, name, labels, point);
                break;
        }
    }

    private static void WriteHistogram(StringBuilder lines, string name, string labels, in MetricPoint point)
    {
        var separator = labels.Length > 0 ? "," : "";
        long count = 0;
        foreach (var bucket in point.GetHistogramBuckets())
        {
            count += bucket.BucketCount;
            Sample(lines, $"{name}_bucket", $"{labels}{separator}le=\"{Number(bucket.ExplicitBound)}\"", count);
        }

        Sample(lines, $"{name}_sum", labels, point.GetHistogramSum());
        Sample(lines, $"{name}_count", labels, point.GetHistogramCount());
    }

    private static void Sample(StringBuilder lines, string name, string labels, double value)
    {
        lines.Append(name);
        if (labels.Length > 0) lines.Append('{').Append(labels).Append('}');
        lines.Append(' ').Append(Number(value)).Append('\n');
    }

    private static string Labels(ReadOnlyTagCollection tags)
    {
        if (tags.Count == 0) return "";

        // Two names may become one; the format allows a label once, so their values are joined as OpenTelemetry asks.
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in tags)
        {
            var name = Legal(key, isLabel: true);
            var text = EscapeLabel(Convert.ToString(value, CultureInfo.InvariantCulture) ?? "");
            labels[name] = labels.TryGetValue(name, out var earlier) ? $"{earlier};{text}" : text;
        }

        return string.Join(',', labels.Select(label => $"{label.Key}=\"{label.Value}\""));
    }

    private static string Legal(string name, bool isLabel)
    {
        var legal = new StringBuilder(name.Length + 1);
        foreach (var letter in name)
        {
            var isLegal = char.IsAsciiLetterOrDigit(letter) || letter == '_' || (letter == ':' && !isLabel);
            if (isLegal) legal.Append(letter);
            else if (legal.Length == 0 || legal[^1] != '_') legal.Append('_');
        }

        if (legal.Length == 0 || char.IsAsciiDigit(legal[0])) legal.Insert(0, '_');
        return legal.ToString();
    }

    private static string UnitSuffix(string? unit, string type) => unit switch
    {
        null or "" => "",
        "1" => type is "gauge" ? "ratio" : "",
        "%" => "percent",
        "s" => "seconds",
        "ms" => "milliseconds",
        "us" => "microseconds",
        "ns" => "nanoseconds",
        "min" => "minutes",
        "h" => "hours",
        "d" => "days",
        "By" => "bytes",
        "KiBy" => "kibibytes",
        "MiBy" => "mebibytes",
        "By/s" => "bytes_per_second",
        // {request} and the like say what is counted, which the name does already.
        _ when unit[0] == '{' => "",
        _ => Legal(unit, isLabel: true),
    };

    private static string? TypeOf(MetricType type) => type switch
    {
        MetricType.LongSum or MetricType.DoubleSum => "counter",
        MetricType.LongSumNonMonotonic or MetricType.DoubleSumNonMonotonic or MetricType.LongGauge or MetricType.DoubleGauge => "gauge",
        MetricType.Histogram => "histogram",
        // Exponential histograms have no form in text 0.0.4, and nothing here makes one.
        _ => null,
    };

    private static string Number(double value) =>
        double.IsPositiveInfinity(value) ? "+Inf"
        : double.IsNegativeInfinity(value) ? "-Inf"
        : double.IsNaN(value) ? "NaN"
        : value.ToString("R", CultureInfo.InvariantCulture);

    private static string EscapeHelp(string text) =>
        text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    private static string EscapeLabel(string text) => EscapeHelp(text).Replace("\"", "\\\"", StringComparison.Ordinal);

    private sealed record Family(string Type, string Description, StringBuilder Lines);
}
