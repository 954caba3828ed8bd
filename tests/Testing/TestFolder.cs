using System.Globalization;

namespace AlgoStack.Testing;

/// <summary>The data of this process's test servers. Gone when the process ends, or when a later one finds it abandoned.</summary>
internal sealed class TestFolder
{
    private readonly string _path;
    private readonly FileStream _lock;
    private readonly List<PrivateServer> _servers = [];
    private int _subfolders;

    private TestFolder(string path, FileStream @lock)
    {
        _path = path;
        _lock = @lock;
    }

    public static TestFolder Create()
    {
        var parent = Path.Combine(Path.GetTempPath(), $"algostack-tests-{Environment.UserName}");
        Directory.CreateDirectory(parent);
        foreach (var abandoned in Directory.EnumerateDirectories(parent)) DeleteIfAbandoned(abandoned);

        var path = Directory.CreateDirectory(Path.Combine(
            parent, string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}-{Random.Shared.Next():x8}"))).FullName;
        var folder = new TestFolder(path, Lock(path));
        AppDomain.CurrentDomain.ProcessExit += (_, _) => folder.Delete();
        return folder;
    }

    public string NewSubfolder(string name) =>
        Directory.CreateDirectory(Path.Combine(_path, string.Create(CultureInfo.InvariantCulture, $"{name}-{Interlocked.Increment(ref _subfolders)}"))).FullName;

    /// <summary>Ends the server before the folder goes.</summary>
    public void Own(PrivateServer server)
    {
        lock (_servers) _servers.Add(server);
    }

    // The operating system drops the lock with its holder, however that ends.
    private static FileStream Lock(string path) =>
        new(Path.Combine(path, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);

    private static void DeleteIfAbandoned(string path)
    {
        try
        {
            using (Lock(path))
            {
                Directory.Delete(path, recursive: true);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // In use, or another process is deleting it too.
        }
    }

    private void Delete()
    {
        lock (_servers)
        {
            // The data is thrown away, so there is nothing to be orderly about; and a test host gives little time.
            foreach (var server in _servers) server.Abandon();
        }

        using (_lock)
        {
            try
            {
                Directory.Delete(_path, recursive: true);
            }
            catch (IOException)
            {
                // A server still writes its last; the next test run finds the folder abandoned.
            }
        }
    }
}
