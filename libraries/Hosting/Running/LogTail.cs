namespace Aspire.Hosting.Running;

/// <summary>The end of a log file, for showing why something failed.</summary>
internal static class LogTail
{
    private const int MaxLines = 20;
    private const int MaxBytes = 8 * 1024;

    public static async Task<string> ReadAsync(string path, CancellationToken cancellationToken)
    {
        if (!File.Exists(path)) return "";

        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        file.Seek(Math.Max(0, file.Length - MaxBytes), SeekOrigin.Begin);
        using var reader = new StreamReader(file);
        var lines = (await reader.ReadToEndAsync(cancellationToken)).TrimEnd().Split('\n');
        return string.Join('\n', lines.TakeLast(MaxLines));
    }
}
