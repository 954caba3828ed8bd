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
