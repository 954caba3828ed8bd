using System.Text.RegularExpressions;
using AlgoStack.Postgres;
using Npgsql;
using NpgsqlTypes;

namespace AlgoStack.EventStore.Streams;

/// <summary>What streams are identified by: chosen when a store is made, for good.</summary>
public enum StreamIdentity
{
    AsString,
    AsGuid,
}

/// <summary>
/// The one difference between the two kinds of store: columns and parameters of streams' ids are <c>varchar</c> or
/// <c>uuid</c>. Everywhere else an id is text; that of a Guid is its usual form, in lower case with hyphens.
/// </summary>
internal static partial class StreamIds
{
    private static readonly MigrationForm OfGuids = new("guid", sql => OfStrings.Replace(sql, "uuid"));

    /// <summary>As the migrations are applied; null for as they are written.</summary>
    public static MigrationForm? Form(this StreamIdentity identity) => identity is StreamIdentity.AsGuid ? OfGuids : null;

    /// <summary>The id as text, in its one form.</summary>
    /// <exception cref="InvalidStreamIdException">It is none, or none of this store.</exception>
    public static string Check(this StreamIdentity identity, string streamId)
    {
        StoredText.CheckStreamId(streamId);
        if (identity is StreamIdentity.AsString) return streamId;

        return Guid.TryParse(streamId, out var guid)
            ? guid.ToString()
            : throw new InvalidStreamIdException($"Stream id '{streamId}': expected a Guid, as this store identifies streams.");
    }

    /// <exception cref="InvalidStreamIdException">The store's streams are identified by text.</exception>
    public static string Check(this StreamIdentity identity, Guid streamId) => identity is StreamIdentity.AsGuid
        ? streamId.ToString()
        : throw new InvalidStreamIdException($"Stream id {streamId}: expected text, as this store identifies streams.");

    public static NpgsqlParameter Parameter(this StreamIdentity identity, string streamId) => identity is StreamIdentity.AsGuid
        ? new NpgsqlParameter<Guid> { TypedValue = Guid.Parse(streamId) }
        : new NpgsqlParameter<string> { TypedValue = streamId, NpgsqlDbType = NpgsqlDbType.Varchar };

    public static NpgsqlParameter Parameter(this StreamIdentity identity, string[] streamIds) => identity is StreamIdentity.AsGuid
        ? new NpgsqlParameter<Guid[]> { TypedValue = Array.ConvertAll(streamIds, Guid.Parse) }
        : new NpgsqlParameter<string[]> { TypedValue = streamIds, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Varchar };

    /// <summary>As a field of a row that is copied.</summary>
    public static void Write(this StreamIdentity identity, CopyWriter copy, string streamId)
    {
        if (identity is StreamIdentity.AsGuid) copy.Write(Guid.Parse(streamId));
        else copy.Write(streamId);
    }

    // The convention of Schema/*.sql: a column, parameter or variable of such a name and of type varchar is a stream's id.
    [GeneratedRegex(@"(?<=\b(?:id|stream|stream_id|stream_ids|event_stream_ids|taken)\s+)varchar\b", RegexOptions.CultureInvariant, 1_000)]
    private static partial Regex OfStrings { get; }
}
