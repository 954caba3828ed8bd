using System.Globalization;
using Aspire.Hosting.Running;

namespace AlgoStack.Testing;

/// <summary>The data of this process's test servers. Gone when the process ends, or when a later one finds it abandoned.</summary>
internal sealed class TestFolder
{
    private readonly string _path;
    private readonly FileStream _lock;
    private readonly List<SupervisedProcess> _processes = [];

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

    public string Subfolder(string name) => Directory.CreateDirectory(Path.Combine(_path, name)).FullName;

    /// <summary>Ends the process before the folder goes.</summary>
    public void Own(SupervisedProcess process)
    {
        lock (_processes) _processes.Add(process);
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
        lock (_processes)
        {
            // The data is thrown away, so there is nothing to be orderly about; and a test host gives little time.
            foreach (var process in _processes) process.Abandon();
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
