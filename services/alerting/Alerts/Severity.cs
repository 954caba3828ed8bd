namespace AlgoStack.Alerting.Alerts;

/// <summary>How much an alert matters, least first.</summary>
public enum Severity
{
    Info,
    Low,
    Medium,
    High,
    Critical,
}

public static class Severities
{
    /// <summary>All of them as the contracts spell them, for messages.</summary>
    public const string Spelled = "critical, high, medium, low or info";

    public static string Name(this Severity severity) => severity switch
    {
        Severity.Info => "info",
        Severity.Low => "low",
        Severity.Medium => "medium",
        Severity.High => "high",
        Severity.Critical => "critical",
        _ => throw new ArgumentOutOfRangeException(nameof(severity), severity, "No such severity."),
    };

    public static Severity? Parse(string? name) => name switch
    {
        "info" => Severity.Info,
        "low" => Severity.Low,
        "medium" => Severity.Medium,
        "high" => Severity.High,
        "critical" => Severity.Critical,
        _ => null,
    };
}
