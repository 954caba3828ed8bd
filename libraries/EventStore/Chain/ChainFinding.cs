using System.Text.Json.Serialization;

namespace AlgoStack.EventStore.Chain;

[JsonConverter(typeof(JsonStringEnumConverter<ChainFindingKind>))]
public enum ChainFindingKind
{
    /// <summary>An event is not what was sealed.</summary>
    EventChanged,

    /// <summary>An event that was sealed is gone. Only its sequence number is known.</summary>
    EventRemoved,

    /// <summary>An event lies where none was when the stretch was sealed.</summary>
    EventInserted,

    /// <summary>An event's stream is gone, or one of the two is archived and the other is not.</summary>
    StreamDiffers,

    /// <summary>A seal is gone; nothing vouches for its events.</summary>
    SealMissing,

    /// <summary>A seal's hash is not that of its content.</summary>
    SealChanged,

    /// <summary>A seal does not follow the one before it.</summary>
    SealDetached,
}

/// <summary>A trace of tampering.</summary>
/// <param name="Sequence">Of the event.</param>
/// <param name="StreamId">Of the event, as it is now.</param>
/// <param name="Version">Of the event, as it is now.</param>
/// <param name="Seal">The number of the seal that tells, or that it is about.</param>
/// <param name="Message">All of it in one sentence.</param>
public sealed record ChainFinding(
    ChainFindingKind Kind, long? Sequence, string? StreamId, long? Version, long? Seal, string Message);

/// <summary>A seal by its hash, which vouches for everything before it.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Sequence">Of the last event that it seals.</param>
/// <param name="Hash">64 hexadecimal digits, lower case.</param>
public sealed record ChainHead(long Number, long Sequence, string Hash);

/// <summary>What a verification has gone through.</summary>
/// <param name="Unsealed">Events after the last seal, which nothing vouches for yet.</param>
/// <param name="Head">The last seal; null when there is none.</param>
/// <param name="Found">Those of the heads that were asked for which are in the chain.</param>
/// <param name="Archived">Sealed events that are not in the log but in archives, as <c>event_archives</c> says.</param>
public sealed record ChainReport(
    long Seals, long Events, long Unsealed, long Findings, ChainHead? Head, IReadOnlyList<ChainHead> Found, long Archived = 0)
{
    public static readonly ChainReport Nothing = new(0, 0, 0, 0, null, []);
}
