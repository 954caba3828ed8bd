namespace Aspire.Hosting.Running;

/// <summary>A process's log, written by the process itself.</summary>
internal static class LogFile
{
    private const int TailLines = 20;
    private const int TailBytes = 8 * 1024;
    private const long MaxBytes = 32 * 1024 * 1024;

    /// <summary>The end of it, for showing why something failed.</summary>
    public static async Task<string> TailAsync(string path, CancellationToken cancellationToken)
    {
        if (!File.Exists(path)) return "";

        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        file.Seek(Math.Max(0, file.Length - TailBytes), SeekOrigin.Begin);
        using var reader = new StreamReader(file);
        var lines = (await reader.ReadToEndAsync(cancellationToken)).TrimEnd().Split('\n');
        return string.Join('\n', lines.TakeLast(TailLines));
    }

    /// <summary>What it said last, which a process that gives up says why in.</summary>
    public static async Task<string> LastLineAsync(string path, CancellationToken cancellationToken) =>
        (await TailAsync(path, cancellationToken)).Split('\n')[^1];

    /// <summary>
    /// Moves a log past its bound to <c>.1</c>. By copy and cut, because the process keeps the file open; it appends, so it
    /// goes on at the new end.
    /// </summary>
    public static void Bound(string path)
    {
        var file = new FileInfo(path);
        if (!file.Exists || file.Length <= MaxBytes) return;

        file.CopyTo(path + ".1", overwrite: true);
        using var log = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        log.SetLength(0);
    }
}
