using System.Text.Json;

namespace AlgoStack.Postgres.Archives;

/// <summary>
/// What an archive holds and how to tell that it is whole. It lies beside <c>NAME.csv.gz</c> as <c>NAME.json</c> and is
/// written last: an archive without one was never finished.
/// </summary>
/// <param name="OrderedBy">The first column, by which the rows are sorted: a <c>bigint</c>, <c>date</c> or <c>timestamptz</c>.</param>
/// <param name="First">The smallest key, as in <see cref="ArchiveBlock"/>; 0 where there are no rows.</param>
/// <param name="Bytes">Of the compressed file, as <paramref name="Sha256"/> is.</param>
/// <param name="ContentBytes">Of the CSV, its header line included, as <paramref name="ContentSha256"/> is.</param>
/// <param name="Schema">The newest migration of each source when it was written.</param>
public sealed record ArchiveManifest(
    int Format,
    string Name,
    string Table,
    string OrderedBy,
    IReadOnlyList<ArchiveColumn> Columns,
    long Rows,
    long First,
    long Last,
    long Bytes,
    string Sha256,
    long ContentBytes,
    string ContentSha256,
    IReadOnlyDictionary<string, int> Schema,
    DateTimeOffset WrittenAt,
    IReadOnlyList<ArchiveBlock> Blocks)
{
    public const int CurrentFormat = 1;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public string ToJson() => JsonSerializer.Serialize(this, Json);

    /// <exception cref="ArchiveException">It is no manifest, or one of a later format.</exception>
    public static ArchiveManifest Parse(string json, string name)
    {
        try
        {
            var manifest = JsonSerializer.Deserialize<ArchiveManifest>(json, Json)
                ?? throw new ArchiveException(name, "its manifest is empty");
            return manifest.Format == CurrentFormat
                ? manifest
                : throw new ArchiveException(name, $"expected format {CurrentFormat}, found {manifest.Format}");
        }
        catch (JsonException e)
        {
            throw new ArchiveException(name, $"its manifest cannot be read: {e.Message}", e);
        }
    }
}

public sealed record ArchiveColumn(string Name, string Type);

/// <summary>
/// Rows that are compressed together. Blocks are whole gzip members, so that reading may begin at any of them.
/// </summary>
/// <param name="Offset">In the compressed file, bytes.</param>
/// <param name="First">The key of its first row: a number as it is, a time in microseconds since 1970 UTC.</param>
public sealed record ArchiveBlock(long Offset, long First, long Last);

/// <summary>An archive is missing, damaged or not what its manifest says; the message names it and the reason.</summary>
public sealed class ArchiveException(string name, string reason, Exception? inner = null) : Exception($"Archive {name}: {reason}.", inner)
{
    public string Name { get; } = name;
}
