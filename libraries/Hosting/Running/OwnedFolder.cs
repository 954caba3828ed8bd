namespace Aspire.Hosting.Running;

/// <summary>Makes folders and files that the account a server runs as owns and nobody else reads.</summary>
internal static class OwnedFolder
{
    public static bool IsRoot => Environment.IsPrivilegedProcess;

    public static async Task CreateAsync(string path, string? user, string logPath, CancellationToken cancellationToken)
    {
        string[] owner = user is null ? [] : ["-o", user, "-g", user];
        await InstallAsync(["-d", "-m", "0700", .. owner, path], logPath, cancellationToken);
    }

    public static async Task WriteAsync(string path, string content, string? user, string logPath, CancellationToken cancellationToken)
    {
        Write(path, content);
        if (user is not null) await InstallAsync(["-m", "0600", "-o", user, "-g", user, path, path + ".own"], logPath, cancellationToken);
        if (user is not null) File.Move(path + ".own", path, overwrite: true);
    }

    /// <summary>Writes a file that only the caller reads; never readable by others, not even for a moment.</summary>
    public static void Write(string path, string content)
    {
        File.Delete(path);
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        using var writer = new StreamWriter(path, options);
        writer.Write(content);
    }

    private static Task InstallAsync(string[] arguments, string logPath, CancellationToken cancellationToken) =>
        SupervisedProcess.RunAsync(new ProcessSpec("install", arguments, "/", logPath), cancellationToken);
}
