using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace AlgoStack.Testing;

/// <summary>Files for tests, in a folder of their own that goes with it.</summary>
public sealed class Csv : IDisposable
{
    public const string Header = "timestamp,symbol,open,high,low,close,volume";

    private readonly string _folder = Directory.CreateTempSubdirectory("algostack-csv-").FullName;

    public string Write(string name, params string[] lines) => WriteBytes(name, Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n"));

    public string WriteBytes(string name, byte[] bytes)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    public string PathOf(string name) => Path.Combine(_folder, name);

    public static byte[] Gzip(params string[] lines)
    {
        using var zipped = new MemoryStream();
        using (var gzip = new GZipStream(zipped, CompressionLevel.Fastest))
        {
            gzip.Write(Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n"));
        }

        return zipped.ToArray();
    }

    /// <summary>A zip of these files.</summary>
    public static byte[] Zip(CompressionLevel level, params (string Name, string Text)[] files)
    {
        using var zipped = new MemoryStream();
        using (var zip = new ZipArchive(zipped, ZipArchiveMode.Create))
        {
            foreach (var (name, text) in files)
            {
                using var entry = zip.CreateEntry(name, level).Open();
                entry.Write(Encoding.UTF8.GetBytes(text));
            }
        }

        return zipped.ToArray();
    }

    /// <summary>Minute bars of a symbol from 2024-01-02T14:30:00Z on, prices a function of the minute.</summary>
    public static IEnumerable<string> Minutes(string symbol, int from, int count, double shift = 0) =>
        Enumerable.Range(from, count).Select(i =>
        {
            var start = new DateTimeOffset(2024, 1, 2, 14, 30, 0, TimeSpan.Zero).AddMinutes(i);
            var open = 100 + Math.Sin(i / 10.0) + shift;
            return string.Create(
                CultureInfo.InvariantCulture,
                $"{start:yyyy-MM-dd'T'HH:mm:ss'Z'},{symbol},{open:0.00},{open + 0.5:0.00},{open - 0.5:0.00},{open + 0.1:0.00},{1000 + i}");
        });

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
