using System.Data;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace AlgoStack.Postgres.Archives;

/// <summary>
/// Archives of one schema's tables: rows as gzipped CSV, which any tool reads, each with a manifest of hashes. A file is
/// there whole or not at all, and has been read back before anybody is told of it.
/// </summary>
public sealed class ArchiveFolder(string path, TimeProvider clock)
{
    public string Path { get; } = path;

    /// <summary>
    /// Writes rows of <paramref name="table"/>, sorted by <paramref name="orderedBy"/>, on the disk when it returns. One of
    /// the same name is written over.
    /// </summary>
    /// <param name="table">Whose columns are written.</param>
    /// <param name="rows">What follows <c>from</c>: the table, or part of it.</param>
    /// <exception cref="ArchiveException">What was written does not read back as what the database counts.</exception>
    public async Task<ArchiveManifest> WriteAsync(
        NpgsqlConnection connection, string name, string table, string rows, string orderedBy, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path);
        // One snapshot for what is written and what it is compared with.
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        await using (var settings = Command(connection, ArchiveKey.Settings)) await settings.ExecuteNonQueryAsync(cancellationToken);
        var columns = await ColumnsAsync(connection, table, orderedBy, cancellationToken);
        var written = new ArchiveManifest(
            ArchiveManifest.CurrentFormat, name, table, orderedBy, columns, 0, 0, 0, 0, "", 0, "",
            await SchemaAsync(connection, cancellationToken), clock.GetUtcNow(), []);

        var partial = FileOf(name) + ".partial";
        await using (var export = await connection.BeginTextExportAsync(
            $"copy (select {List(columns)} from {rows} order by {Quoted(orderedBy)}) to stdout (format csv, header)", cancellationToken))
        {
            written = await ArchiveWriter.WriteAsync(written, export.BaseStream, partial, cancellationToken);
        }

        await CheckAsync(partial, written, cancellationToken);
        await CompareAsync(connection, written, rows, cancellationToken);
        // The manifest goes first, so that an archive that was written over never lies beside one that is not its own.
        File.Delete(ManifestOf(name));
        Settle(partial, FileOf(name));
        await File.WriteAllTextAsync(ManifestOf(name) + ".partial", written.ToJson(), cancellationToken);
        Settle(ManifestOf(name) + ".partial", ManifestOf(name));
        return written;
    }

    /// <exception cref="ArchiveException">There is none, or it cannot be read.</exception>
    public async Task<ArchiveManifest> ManifestAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            return ArchiveManifest.Parse(await File.ReadAllTextAsync(ManifestOf(name), cancellationToken), name);
        }
        catch (IOException e)
        {
            throw new ArchiveException(name, $"its manifest cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Reads all of it and compares sizes, hashes and rows with the manifest.</summary>
    /// <exception cref="ArchiveException">They differ; the message says in what.</exception>
    public Task VerifyAsync(ArchiveManifest manifest, CancellationToken cancellationToken) =>
        CheckAsync(FileOf(manifest.Name), manifest, cancellationToken);

    /// <summary>Rows with keys from one to the other, both included.</summary>
    /// <exception cref="ArchiveException">The file is missing.</exception>
    public ArchiveReader Open(ArchiveManifest manifest, long from = long.MinValue, long to = long.MaxValue)
    {
        try
        {
            return new ArchiveReader(manifest, FileOf(manifest.Name), from, to);
        }
        catch (IOException e)
        {
            throw new ArchiveException(manifest.Name, $"its file cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Copies all rows into a table that has their columns, in the caller's transaction.</summary>
    /// <exception cref="ArchiveException">The file is not what the manifest says; the copy has failed then.</exception>
    public async Task CopyIntoAsync(ArchiveManifest manifest, NpgsqlConnection connection, string table, CancellationToken cancellationToken)
    {
        var import = await connection.BeginTextImportAsync(
            $"copy {Quoted(table)} ({List(manifest.Columns)}) from stdin (format csv, header match)", cancellationToken);
        try
        {
            await ReadThroughAsync(FileOf(manifest.Name), manifest, import.BaseStream, cancellationToken);
        }
        catch
        {
            // Disposing of it would be the end of a copy that went well.
            await import.CancelAsync();
            throw;
        }

        await import.DisposeAsync();
    }

    public void Delete(string name)
    {
        File.Delete(ManifestOf(name));
        File.Delete(FileOf(name));
    }

    private static Task CheckAsync(string file, ArchiveManifest manifest, CancellationToken cancellationToken) =>
        ReadThroughAsync(file, manifest, Stream.Null, cancellationToken);

    private static async Task ReadThroughAsync(string path, ArchiveManifest manifest, Stream target, CancellationToken cancellationToken)
    {
        try
        {
            await using var file = File.OpenRead(path);
            Expect(manifest.Bytes, "bytes", file.Length);
            Expect(manifest.Sha256, "as SHA-256", Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken)));

            file.Position = 0;
            await using var content = new GZipStream(file, CompressionMode.Decompress);
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var lines = new CsvRows(content);
            long count = -1, bytes = 0;
            for (; await lines.ReadAsync(cancellationToken); count++)
            {
                bytes += lines.Row.Length;
                hash.AppendData(lines.Row);
                target.Write(lines.Row);
            }

            Expect(manifest.ContentBytes, "bytes of CSV", bytes);
            Expect(manifest.ContentSha256, "as SHA-256 of the CSV", Convert.ToHexStringLower(hash.GetCurrentHash()));
            Expect(manifest.Rows, "rows", count);
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            throw new ArchiveException(manifest.Name, $"it cannot be read: {e.Message.TrimEnd('.')}", e);
        }

        void Expect<T>(T expected, string what, T found)
        {
            if (!Equals(expected, found)) throw new ArchiveException(manifest.Name, $"expected {expected} {what}, found {found}");
        }
    }

    /// <summary>What was read back is compared with what the database says by itself.</summary>
    private static async Task CompareAsync(NpgsqlConnection connection, ArchiveManifest manifest, string rows, CancellationToken cancellationToken)
    {
        var key = Quoted(manifest.OrderedBy);
        await using var command = Command(connection, $"select count(*), min({key})::text, max({key})::text from {rows}");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var found = (reader.GetInt64(0), KeyOf(1), KeyOf(2));
        if (found != (manifest.Rows, manifest.First, manifest.Last))
            throw new ArchiveException(manifest.Name, $"expected (rows, first, last) {found}, found {(manifest.Rows, manifest.First, manifest.Last)}");

        long KeyOf(int ordinal) => reader.IsDBNull(ordinal) ? 0 : ArchiveKey.Parse(Encoding.UTF8.GetBytes(reader.GetString(ordinal)));
    }

    /// <summary>The key first, then the others as the table has them.</summary>
    private static async Task<List<ArchiveColumn>> ColumnsAsync(
        NpgsqlConnection connection, string table, string orderedBy, CancellationToken cancellationToken)
    {
        await using var command = Command(
            connection,
            """
            select attname::text, format_type(atttypid, atttypmod)
            from pg_attribute
            where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = ''
            order by attname <> $2, attnum
            """);
        command.Parameters.Add(new() { Value = Quoted(table) });
        command.Parameters.Add(new() { Value = orderedBy });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var columns = new List<ArchiveColumn>();
        while (await reader.ReadAsync(cancellationToken)) columns.Add(new ArchiveColumn(reader.GetString(0), reader.GetString(1)));
        return columns;
    }

    private static async Task<Dictionary<string, int>> SchemaAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = Command(connection, "select source, max(number) from migrations group by source order by source");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var newest = new Dictionary<string, int>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken)) newest.Add(reader.GetString(0), reader.GetInt32(1));
        return newest;
    }

    // The second flush writes the file's new name down too.
    private static void Settle(string partial, string file)
    {
        Flush(partial);
        File.Move(partial, file, overwrite: true);
        Flush(file);

        static void Flush(string file)
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.ReadWrite);
            stream.Flush(flushToDisk: true);
        }
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql)
    {
#pragma warning disable CA2100 // Names of our own tables and columns.
        return new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
    }

    private static string List(IEnumerable<ArchiveColumn> columns) => string.Join(", ", columns.Select(c => Quoted(c.Name)));

    private static string Quoted(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private string FileOf(string name) => System.IO.Path.Combine(Path, $"{name}.csv.gz");

    private string ManifestOf(string name) => System.IO.Path.Combine(Path, $"{name}.json");
}
