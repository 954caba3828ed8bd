using System.Text.Json;

namespace AlgoStack.Cli.Stores;

/// <summary>A stored event, as <c>/api/v1/stores/{service}/events</c> gives it.</summary>
internal sealed record StoreEvent(
    long Sequence,
    Guid Id,
    string Stream,
    long Version,
    string Type,
    DateTimeOffset At,
    JsonElement Data,
    string? CorrelationId,
    string? CausationId,
    string? UserName,
    bool IsArchived)
{
    /// <summary>Which store it is in; the console's answer does not say.</summary>
    public string Service { get; init; } = "";
}

internal sealed record StoreEvents(IReadOnlyList<StoreEvent> Events, long? Next);

internal sealed record StoreStream(string Id, long Version, DateTimeOffset Created, DateTimeOffset LastAppended, bool IsArchived);

/// <summary>A store and what follows it, as <c>/api/v1/stores/{service}/projections</c> gives it.</summary>
internal sealed record StoreProjections(long Mark, long Newest, StoreHolder? HeldBy, IReadOnlyList<StoreProjection> Projections)
{
    /// <summary>Which store it is; the console's answer does not say.</summary>
    public string Service { get; init; } = "";
}

internal sealed record StoreHolder(int Pid, string User, string Application, string State, DateTimeOffset? TransactionSince, string Query);

internal sealed record StoreProjection(
    string Name, string Kind, string State, long? Position, long Lag, double LagSeconds, StoreStop? Stopped, StoreRebuild? Rebuild, string? Trouble);

internal sealed record StoreStop(string Why, string By, DateTimeOffset Since, long? Sequence, string? Stream, long? Version, string? Type);

internal sealed record StoreRebuild(long Position, string By, DateTimeOffset RequestedAt, string? Error);
