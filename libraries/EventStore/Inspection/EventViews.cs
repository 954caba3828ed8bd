using System.Text.Json;
using System.Text.Json.Serialization;

namespace AlgoStack.EventStore.Inspection;

/// <summary>An event as it is stored, whether this version of the service knows its type or not.</summary>
/// <param name="Data">The JSON as stored.</param>
/// <param name="Headers">The JSON as stored, or null.</param>
/// <param name="IsKnown">Whether the service can read it.</param>
internal sealed record EventView(
    long Sequence,
    Guid Id,
    string Stream,
    long Version,
    string Type,
    bool IsKnown,
    DateTimeOffset At,
    RawJson Data,
    RawJson? Headers,
    string? CorrelationId,
    string? CausationId,
    string? UserName,
    bool IsArchived);

/// <summary>Some events, in the order asked for.</summary>
/// <param name="Next">Where the next page begins, as <c>fromSequence</c> or, newest first, <c>toSequence</c>; null at the end.</param>
internal sealed record EventPage(IReadOnlyList<EventView> Events, long? Next);

/// <summary>A stream, and its events from the oldest on.</summary>
/// <param name="Next">The version that the next page begins with; null at the end.</param>
internal sealed record StreamView(
    string Id, long Version, DateTimeOffset Created, DateTimeOffset LastAppended, bool IsArchived, IReadOnlyList<EventView> Events, long? Next);

/// <summary>The store and what follows it.</summary>
/// <param name="Mark">How far the log may be read, as this process knows.</param>
/// <param name="Newest">The newest sequence number committed.</param>
/// <param name="HeldBy">Whose transaction keeps the mark where it is, when one has for over a second.</param>
internal sealed record StoreView(
    string Store, long Mark, long Newest, Subscriptions.LockHolder? HeldBy, IReadOnlyList<ProjectionView> Projections);

/// <summary>A projection or subscription.</summary>
/// <param name="Kind"><c>inline</c>, <c>async</c> or <c>subscription</c>.</param>
/// <param name="State">
/// <c>inline</c>: part of every append; <c>running</c>: by this process; <c>waiting</c>: this process tries again, see
/// <paramref name="Trouble"/>; <c>elsewhere</c>: by another process; <c>unowned</c>: by none; <c>paused</c> or
/// <c>poisoned</c>: see <paramref name="Stopped"/>.
/// </param>
/// <param name="Position">The last sequence number handled; null for an inline one.</param>
/// <param name="Lag">Sequence numbers committed and not yet handled.</param>
/// <param name="LagSeconds">How long ago the next event to be handled was appended.</param>
internal sealed record ProjectionView(
    string Name,
    string Kind,
    string State,
    long? Position,
    long Lag,
    double LagSeconds,
    DateTimeOffset? UpdatedAt,
    OwnerView? Owner,
    StoppedView? Stopped,
    RebuildView? Rebuild,
    string? Trouble);

/// <param name="Pid">Of the server's process that holds the shard's lock.</param>
internal sealed record OwnerView(int Pid, string Application, bool Here);

/// <param name="Sequence">Of the poison event, with its stream, version and type; null when paused.</param>
internal sealed record StoppedView(
    string Why, string By, DateTimeOffset Since, long? Sequence, string? Stream, long? Version, string? Type);

/// <summary>A rebuild under way, or given up.</summary>
internal sealed record RebuildView(long Position, string By, DateTimeOffset RequestedAt, string? Error);

/// <summary>JSON as the server prints it: not read here, so however deep it is.</summary>
[JsonConverter(typeof(Converter))]
internal readonly record struct RawJson(byte[] Utf8)
{
    private sealed class Converter : JsonConverter<RawJson>
    {
        public override RawJson Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, RawJson value, JsonSerializerOptions options) =>
            writer.WriteRawValue(value.Utf8, skipInputValidation: true);
    }
}
