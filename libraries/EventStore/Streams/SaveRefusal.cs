using System.Text.Json;
using Npgsql;

namespace AlgoStack.EventStore.Streams;

/// <summary>
/// What the functions of <c>Schema/0002_functions.sql</c> and <c>Schema/0008_append_by_copy.sql</c> and the unique keys raise,
/// and a full disk, as this library's own errors.
/// </summary>
internal static class SaveRefusal
{
    private const string Archived = "MT001";
    private const string UnexpectedVersion = "MT003";
    private const string FeedElsewhere = "AS001";

    /// <summary>Null for an error of another kind.</summary>
    public static Exception? From(PostgresException e, List<(Guid MessageId, string Consumer)> received)
    {
        switch (e.SqlState)
        {
            case Archived:
                return new StreamArchivedException(Read(e).GetProperty("stream").GetString()!, e);
            case UnexpectedVersion:
                var (id, expected, found) = (Read(e).GetProperty("stream").GetString()!, Long(e, "expected"), Long(e, "found"));
                return expected == 0 ? new StreamExistsException(id, found, e) : new ConcurrencyException(id, expected, found, e);
            case FeedElsewhere:
                return new SequenceMismatchException(
                    Read(e).GetProperty("consumer").GetString()!,
                    Read(e).GetProperty("feed").GetString()!,
                    (int)Long(e, "partition"),
                    Long(e, "expected"),
                    Long(e, "found"),
                    e);
            case PostgresErrorCodes.UniqueViolation when e.ConstraintName == "inbox_pkey":
                var taken = received.First(r => received.Count == 1 || e.Detail!.Contains(r.MessageId.ToString(), StringComparison.Ordinal));
                return new MessageAlreadyReceivedException(taken.MessageId, taken.Consumer, e);
            case PostgresErrorCodes.DiskFull:
                return new StoreFullException(e.MessageText, e);
            default:
                return null;
        }
    }

    /// <summary>Whether the server is sure to have undone the transaction, as it is after all but the end of its connection.</summary>
    public static bool IsRolledBack(PostgresException e) => e.InvariantSeverity == "ERROR";

    /// <summary>The stream that a transaction was refused for, if it was for one.</summary>
    public static string? StreamOf(PostgresException e) =>
        e.SqlState is Archived or UnexpectedVersion ? Read(e).GetProperty("stream").GetString() : null;

    private static long Long(PostgresException e, string property) => Read(e).GetProperty(property).GetInt64();

    private static JsonElement Read(PostgresException e) => JsonDocument.Parse(e.MessageText).RootElement;
}
