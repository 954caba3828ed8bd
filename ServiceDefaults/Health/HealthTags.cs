namespace AlgoStack.ServiceDefaults.Health;

/// <summary>Which health endpoints ask a check.</summary>
public static class HealthTags
{
    /// <summary>The process works at all: <c>/alive</c>, <c>/health/live</c>.</summary>
    public const string Live = "live";

    /// <summary>It can do its work, database and bus: <c>/health/ready</c>.</summary>
    public const string Ready = "ready";

    /// <summary>Takes longer than a health check that is asked every second may: <c>/health/deep</c> only.</summary>
    public const string Deep = "deep";
}
