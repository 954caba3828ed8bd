using System.Globalization;

namespace AlgoStack.EventStore.Streams;

/// <summary>Somebody was first: a stream, a feed or a message is not where it was expected. Nothing was written.</summary>
public class ConcurrencyException : Exception
{
    public ConcurrencyException(string streamId, long expected, long found, Exception? inner = null)
        : this($"Stream {streamId}: expected version {expected}, found {found}.", streamId, expected, found, inner)
    {
    }

    private protected ConcurrencyException(string message, string streamId, long expected, long found, Exception? inner)
        : base(message, inner)
    {
        StreamId = streamId;
        Expected = expected;
        Found = found;
    }

    /// <summary>The stream, or what else the exception is about.</summary>
    public string StreamId { get; }

    public long Expected { get; }

    public long Found { get; }
}

/// <summary>A stream that was to be started is there already.</summary>
public sealed class StreamExistsException(string streamId, long found, Exception? inner = null)
    : ConcurrencyException($"Stream {streamId}: expected none, found version {found}.", streamId, 0, found, inner);

/// <summary>A counted feed's position is not where the consumer that moves it expected.</summary>
public sealed class SequenceMismatchException(string consumer, string feed, int partition, long expected, long found, Exception? inner = null)
    : ConcurrencyException(
        $"Feed {feed}/{partition} of {consumer}: expected sequence {expected}, found {found}.", $"{feed}/{partition}", expected, found, inner);

/// <summary>Another session committed the same message for the same consumer since it was looked for.</summary>
public sealed class MessageAlreadyReceivedException(Guid messageId, string consumer, Exception? inner = null)
    : ConcurrencyException($"Message {messageId}: {consumer} has received it already.", messageId.ToString(), 0, 1, inner);

/// <summary>The stream is closed for good.</summary>
public sealed class StreamArchivedException(string streamId, Exception? inner = null)
    : Exception($"Stream {streamId} is archived and takes no more events.", inner);

/// <summary>An event type or a stored name that the store's options do not name.</summary>
public sealed class UnknownEventTypeException(string message) : Exception(message);

/// <summary>A stored event's JSON is not of its type.</summary>
public sealed class UnreadableEventException(string message, Exception? inner) : Exception(message, inner);

/// <summary>The store's options contradict themselves or leave a step out; the message names the event.</summary>
public sealed class EventConfigurationException(string message) : Exception(message);

/// <summary>A stream id that PostgreSQL cannot hold, or not in an index.</summary>
public sealed class InvalidStreamIdException(string message) : ArgumentException(message);

/// <summary>A correlation id, a causation id, a user name or a header that PostgreSQL cannot hold. Nothing was sent.</summary>
public sealed class UnstorableMetadataException(string message) : ArgumentException(message);

/// <summary>An event that cannot be stored as it is; the message says what of it. Nothing was sent.</summary>
public sealed class UnstorableEventException(string name, string streamId, string reason, Exception? inner)
    : Exception($"Event '{name}' for stream {streamId}: {reason}", inner);

/// <summary>An event over the bound of its JSON. Nothing was sent.</summary>
public sealed class EventTooLargeException(string name, string streamId, long bytes, long most)
    : Exception(string.Create(CultureInfo.InvariantCulture, $"Event '{name}' for stream {streamId}: expected up to {most:N0} bytes of JSON, found {bytes:N0}."));

/// <summary>The server has no room left on its disk. Nothing was written; the same save succeeds once there is room.</summary>
public sealed class StoreFullException(string reason, Exception inner)
    : Exception($"PostgreSQL has no room left: {reason}. Nothing was written.", inner);
