using System.IO.Compression;
using System.Security.Cryptography;

namespace AlgoStack.Postgres.Archives;

/// <summary>Compresses rows of CSV block by block, and takes down what the manifest says of them.</summary>
internal sealed class ArchiveWriter : IDisposable
{
    // Large enough to compress well, small enough that reading a part of an archive reads little more than the part.
    private const int BlockBytes = 1 << 20;

    private readonly Stream _file;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly IncrementalHash _contentHash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly MemoryStream _block = new(BlockBytes + 4_096);
    private readonly MemoryStream _packed = new();
    private readonly List<ArchiveBlock> _blocks = [];
    private long _contentBytes;

    private ArchiveWriter(Stream file) => _file = file;

    /// <summary>Writes the file; it is on the disk on return.</summary>
    /// <param name="begun">What the manifest says before there are rows.</param>
    public static async Task<ArchiveManifest> WriteAsync(ArchiveManifest begun, Stream csv, string file, CancellationToken cancellationToken)
    {
        await using var stream = new FileStream(file, FileMode.Create, FileAccess.Write, FileShare.None);
        using var writer = new ArchiveWriter(stream);
        var manifest = await writer.WriteAsync(begun, csv, cancellationToken);
        stream.Flush(flushToDisk: true);
        return manifest;
    }

    public void Dispose()
    {
        _hash.Dispose();
        _contentHash.Dispose();
        _block.Dispose();
        _packed.Dispose();
    }

    private async Task<ArchiveManifest> WriteAsync(ArchiveManifest begun, Stream csv, CancellationToken cancellationToken)
    {
        var rows = new CsvRows(csv);
        if (!await rows.ReadAsync(cancellationToken)) throw new EndOfStreamException($"Archive {begun.Name}: the export has no header.");

        // The header is a block of its own, so that every other begins with a row.
        _block.Write(rows.Row);
        Pack();
        long count = 0, first = 0, last = 0;
        while (await rows.ReadAsync(cancellationToken))
        {
            last = ArchiveKey.Parse(rows.Row[..rows.Row.IndexOfAny((byte)',', (byte)'\n')]);
            if (_block.Length == 0) first = last;
            _block.Write(rows.Row);
            count++;
            if (_block.Length >= BlockBytes) Pack(first, last);
        }

        if (_block.Length > 0) Pack(first, last);
        return begun with
        {
            Rows = count,
            First = _blocks.Count > 0 ? _blocks[0].First : 0,
            Last = last,
            Bytes = _file.Length,
            Sha256 = Convert.ToHexStringLower(_hash.GetCurrentHash()),
            ContentBytes = _contentBytes,
            ContentSha256 = Convert.ToHexStringLower(_contentHash.GetCurrentHash()),
            Blocks = _blocks,
        };
    }

    private void Pack(long first, long last)
    {
        _blocks.Add(new ArchiveBlock(_file.Position, first, last));
        Pack();
    }

    private void Pack()
    {
        var content = _block.GetBuffer().AsSpan(0, (int)_block.Length);
        _contentHash.AppendData(content);
        _contentBytes += content.Length;
        using (var gzip = new GZipStream(_packed, CompressionLevel.Optimal, leaveOpen: true)) gzip.Write(content);
        var packed = _packed.GetBuffer().AsSpan(0, (int)_packed.Length);
        _hash.AppendData(packed);
        _file.Write(packed);
        _block.SetLength(0);
        _packed.SetLength(0);
    }
}
