using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace AlgoStack.ServiceDefaults.Telemetry;

/// <summary>Keeps what the SDK collected, as text. It exports when it is asked to, and not otherwise.</summary>
[ExportModes(ExportModes.Pull)]
internal sealed class PrometheusExporter : BaseExporter<Metric>, IPullMetricExporter
{
    /// <summary>Set by the reader this exporter is given to. Collects, and so calls <see cref="Export"/>.</summary>
    public Func<int, bool>? Collect { get; set; }

    public string Text { get; private set; } = "";

    public override ExportResult Export(in Batch<Metric> batch)
    {
        var text = new PrometheusText();
        foreach (var metric in batch) text.Add(metric);
        Text = text.ToString();
        return ExportResult.Success;
    }
}
