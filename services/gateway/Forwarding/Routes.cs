using AlgoStack.Gateway.Caching;

namespace AlgoStack.Gateway.Forwarding;

/// <summary>Where a path of the console's address is answered.</summary>
/// <param name="Pattern">The path as callers write it. A more specific pattern wins.</param>
/// <param name="Service">The service's resource name.</param>
/// <param name="Cut">What is taken off the front of the path before it goes to the service.</param>
/// <param name="Put">What is put there instead.</param>
internal sealed record Route(string Pattern, string Service, string Cut = "", string Put = "")
{
    /// <summary>How long the service may take to answer, up to its headers.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>What its answers are kept as; null: not at all.</summary>
    public string? Kept { get; init; }

    /// <summary>The path as the service knows it.</summary>
    /// <param name="path">Normalised, as the route was matched on, so that no ".." slips past the table.</param>
    public PathString PathOf(PathString path) => new(Put + path.Value![Cut.Length..]);
}

/// <summary>Every path that the gateway passes on, and to whom. Paths that are not here are the gateway's own.</summary>
internal static class Routes
{
    public const string Ingestion = "ingestion";
    public const string Signal = "signal";
    public const string BrokerRouting = "broker-routing";
    public const string Alerting = "alerting";
    public const string Backtest = "backtest";

    /// <summary>What the gateway itself is called among them.</summary>
    public const string Gateway = "gateway";

    private const string V1 = "/api/v1";

    // Parity runs a whole backtest before it answers.
    private static readonly TimeSpan ParityPatience = TimeSpan.FromMinutes(10);

    // Archiving writes, reads back and drops before it answers.
    private static readonly TimeSpan ArchivePatience = TimeSpan.FromMinutes(10);

    public static IReadOnlyList<string> Services { get; } = [Ingestion, Signal, BrokerRouting, Alerting, Backtest];

    public static IReadOnlyList<Route> All { get; } =
    [
        new("/api/v1/replays/{**rest}", Ingestion, V1),
        new("/api/v1/imports/{**rest}", Ingestion, V1),
        new("/api/v1/feeds/{**rest}", Ingestion, V1),
        new("/api/v1/sessions/{**rest}", Ingestion, V1),
        new("/api/v1/history/{**rest}", Ingestion, V1) { Kept = KeptAnswers.Prices },
        new("/api/v1/gaps", Ingestion, V1),
        new("/api/v1/instruments/{**rest}", Ingestion, V1),
        new("/api/v1/archives/{**rest}", Ingestion, V1) { Patience = ArchivePatience },
        new("/history/{**rest}", Ingestion) { Kept = KeptAnswers.Prices },

        new("/api/v1/signals/{**rest}", Signal, V1),
        new("/api/v1/sessions/{session}/signals", Signal, V1),
        new("/signals/{**rest}", Signal),

        new("/api/v1/orders/{**rest}", BrokerRouting, V1),
        new("/api/v1/executions/{**rest}", BrokerRouting, V1),
        new("/api/v1/baskets", BrokerRouting, V1),
        new("/api/v1/positions/{**rest}", BrokerRouting, V1),
        new("/api/v1/portfolio/{**rest}", BrokerRouting, V1),
        new("/api/v1/portfolios/{**rest}", BrokerRouting, V1),
        new("/api/v1/portfolios/{id}/statistics", BrokerRouting, V1) { Kept = KeptAnswers.Statistics },
        new("/api/v1/corporate-actions/{**rest}", BrokerRouting, V1),
        new("/api/v1/halt", BrokerRouting, V1),
        new("/api/v1/reduce", BrokerRouting, V1),
        new("/api/v1/resume", BrokerRouting, V1),
        new("/api/v1/trading", BrokerRouting, V1),
        new("/orders/{**rest}", BrokerRouting),
        new("/positions/{**rest}", BrokerRouting),
        new("/portfolio/{**rest}", BrokerRouting),
        new("/portfolios/{**rest}", BrokerRouting),
        new("/portfolios/{id}/statistics", BrokerRouting) { Kept = KeptAnswers.Statistics },
        new("/halt", BrokerRouting),
        new("/reduce", BrokerRouting),
        new("/resume", BrokerRouting),

        new("/api/v1/alerts/{**rest}", Alerting, V1),

        new("/api/v1/backtest/{**rest}", Backtest, V1, "/api"),
        new("/api/v1/backtest/parity/{session}", Backtest, V1, "/api") { Patience = ParityPatience },
        new("/api/backtest/{**rest}", Backtest),
        new("/api/backtest/parity/{session}", Backtest) { Patience = ParityPatience },

        // Several services answer the same path about a session; these prefixes say which one is meant.
        new("/api/v1/ingestion/{**rest}", Ingestion, "/api/v1/ingestion"),
        new("/api/v1/signal/{**rest}", Signal, "/api/v1/signal"),
        new("/api/v1/signal/strategies", Signal, "/api/v1/signal") { Kept = KeptAnswers.Catalogue },
        new("/api/v1/routing/{**rest}", BrokerRouting, "/api/v1/routing"),
        new("/api/v1/alerting/{**rest}", Alerting, "/api/v1/alerting"),

        // Every event store shows itself under one path of its service.
        new("/api/v1/stores/signal/{**rest}", Signal, "/api/v1/stores/signal", "/store"),
        new("/api/v1/stores/broker-routing/{**rest}", BrokerRouting, "/api/v1/stores/broker-routing", "/store"),
        new("/api/v1/stores/alerting/{**rest}", Alerting, "/api/v1/stores/alerting", "/store"),
        new("/api/v1/stores/backtest/{**rest}", Backtest, "/api/v1/stores/backtest", "/store"),
    ];
}
