using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using AlgoStack.EventStore.Streams;
using Npgsql;
using NpgsqlTypes;

namespace AlgoStack.EventStore.Projections;

/// <summary>
/// One document a row, folded of the events that concern it. However many events a page has, its documents are read at
/// once and written at once, and one whose first event is in the page is not read at all. A migration of the service
/// makes the table: <c>id</c> (of <typeparamref name="TId"/>, primary key), <c>data jsonb</c>, <c>version bigint</c>,
/// <c>last_seq bigint</c>, none null.
/// </summary>
public abstract class DocumentProjection<T, TId> : Projection
    where T : class
    where TId : notnull
{
    private EventLog? _log;
    private JsonTypeInfo<T>? _json;

    private protected DocumentProjection()
    {
    }

    /// <summary>The table, without a schema; the projection's name unless it says otherwise.</summary>
    public virtual string Table => Name;

    public sealed override IReadOnlyList<string> Tables => [Table];

    private EventLog Log => _log ?? throw new InvalidOperationException($"Projection {Name} is not registered with a store.");

    private string QuotedTable => field ??= $"\"{Table.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>The document as it was last committed, or null when there is none.</summary>
    public async Task<T?> LoadAsync(TId id, CancellationToken cancellationToken = default)
    {
        await using var connection = await Log.Source.OpenConnectionAsync(cancellationToken);
        var document = new Document(id);
        await ReadAsync([document], connection, cancellationToken);
        return document.Data;
    }

    public sealed override async Task ApplyAsync(
        IReadOnlyList<StoredEvent> events, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var page = new Page();
        foreach (var e in events) Sort(e, page);

        var unread = page.Documents.Where(d => !d.IsNew).ToList();
        if (unread.Count > 0) await ReadAsync(unread, connection, cancellationToken);

        foreach (var (document, e) in page.Steps)
        {
            document.Data = Fold(document.Data, document.Id, e);
            document.Version = VersionAfter(document.Version, e);
            document.LastSequence = e.Sequence;
        }

        var kept = page.Documents.Where(d => d.Data is not null).ToList();
        if (kept.Count > 0) await WriteAsync(kept, connection, cancellationToken);
        if (kept.Count < page.Documents.Count) await DeleteAsync([.. page.Documents.Where(d => d.Data is null)], connection, cancellationToken);
    }

    internal override void Join(EventLog log)
    {
        _log = log;
        _json = (JsonTypeInfo<T>)log.Types.Json.GetTypeInfo(typeof(T));
    }

    private protected abstract T? Fold(T? snapshot, TId id, StoredEvent e);

    /// <summary>Adds to the page what the event concerns.</summary>
    private protected abstract void Sort(StoredEvent e, Page page);

    private protected abstract long VersionAfter(long version, StoredEvent e);

    private async Task ReadAsync(List<Document> documents, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var byId = documents.ToDictionary(d => d.Id);
#pragma warning disable CA2100 // The table's name is the projection's own, quoted; as below.
        await using var command = new NpgsqlCommand($"select id, data, version from {QuotedTable} where id = any ($1)", connection);
#pragma warning restore CA2100
        command.Parameters.Add(Ids(documents));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var document = byId[reader.GetFieldValue<TId>(0)];
            document.Data = JsonSerializer.Deserialize(reader.GetFieldValue<byte[]>(1), _json!);
            document.Version = reader.GetInt64(2);
        }
    }

    private async Task WriteAsync(List<Document> documents, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
#pragma warning disable CA2100
        await using var command = new NpgsqlCommand(
            $"""
            insert into {QuotedTable} (id, data, version, last_seq) select * from unnest($1, $2, $3, $4)
            on conflict (id) do update set data = excluded.data, version = excluded.version, last_seq = excluded.last_seq
            """,
            connection);
#pragma warning restore CA2100
        command.Parameters.Add(Ids(documents));
        command.Parameters.Add(new NpgsqlParameter<byte[][]>
        {
            TypedValue = [.. documents.Select(d => JsonSerializer.SerializeToUtf8Bytes(d.Data!, _json!))],
            NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Jsonb,
        });
        command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. documents.Select(d => d.Version)] });
        command.Parameters.Add(new NpgsqlParameter<long[]> { TypedValue = [.. documents.Select(d => d.LastSequence)] });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task DeleteAsync(List<Document> documents, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
#pragma warning disable CA2100
        await using var command = new NpgsqlCommand($"delete from {QuotedTable} where id = any ($1)", connection);
#pragma warning restore CA2100
        command.Parameters.Add(Ids(documents));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static NpgsqlParameter<TId[]> Ids(List<Document> documents) => new() { TypedValue = [.. documents.Select(d => d.Id)] };

    private protected sealed class Document(TId id)
    {
        public TId Id { get; } = id;

        /// <summary>Whether the page has its first event, so that no row is there.</summary>
        public bool IsNew { get; init; }

        public T? Data { get; set; }

        public long Version { get; set; }

        public long LastSequence { get; set; }
    }

    /// <summary>What a page of events does to which documents.</summary>
    private protected sealed class Page
    {
        private readonly Dictionary<TId, Document> _documents = [];

        public Dictionary<TId, Document>.ValueCollection Documents => _documents.Values;

        public List<(Document Document, StoredEvent Event)> Steps { get; } = [];

        public void Add(TId id, StoredEvent e, bool isFirst)
        {
            ref var document = ref CollectionsMarshal.GetValueRefOrAddDefault(_documents, id, out _);
            document ??= new Document(id) { IsNew = isFirst };
            Steps.Add((document, e));
        }
    }
}
