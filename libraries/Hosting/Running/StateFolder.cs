using System.Security.Cryptography;
using System.Text;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Running;

/// <summary>
/// Where data, logs and secrets of one clone's application live: <c>$ALGOSTACK_STATE</c>, else
/// <c>/var/lib/algostack/HASH</c> for root and <c>~/.local/state/algostack/HASH</c> for others, HASH being the first 12 hex
/// digits of the SHA-256 of the clone's path. Not in the clone: under a 0700 folder the account that PostgreSQL runs as
/// could not reach it. One application at a time uses it.
/// </summary>
internal sealed class StateFolder : IDisposable
{
    private const int HashLength = 12;

    private readonly FileStream _lock;

    private StateFolder(string path, FileStream @lock)
    {
        Path = path;
        _lock = @lock;
    }

    public string Path { get; }

    public string EndpointsFile => System.IO.Path.Combine(Path, "endpoints.json");

    public static string PathFor(string appHostDirectory) => Environment.GetEnvironmentVariable("ALGOSTACK_STATE") is { Length: > 0 } given
        ? System.IO.Path.GetFullPath(given)
        : System.IO.Path.Combine(Parent(), Hash(Clone(appHostDirectory)));

    public static StateFolder Open(string path)
    {
        Create(path);
        try
        {
            // The operating system drops the lock with its holder, however that ends.
            var file = new FileStream(System.IO.Path.Combine(path, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            return new StateFolder(path, file);
        }
        catch (IOException e)
        {
            throw new DistributedApplicationException(
                $"The application is running already with its state in {path}; stop it first, or set ALGOSTACK_STATE to another folder.", e);
        }
    }

    public string Log(string name) => System.IO.Path.Combine(Directory.CreateDirectory(System.IO.Path.Combine(Path, "logs")).FullName, $"{name}.log");

    /// <summary>The folder of a server's data, and whether it is kept from run to run.</summary>
    public (string Folder, bool Kept) DataOf(IResource server)
    {
        var volume = server.Annotations.OfType<DataVolumeAnnotation>().LastOrDefault();
        var folder = System.IO.Path.Combine(Path, volume?.Name ?? server.Name);
        if (volume is null && Directory.Exists(folder)) Directory.Delete(folder, recursive: true);

        Create(folder);
        return (folder, volume is not null);
    }

    public void Dispose()
    {
        File.Delete(EndpointsFile);
        _lock.Dispose();
    }

    // Root's folders can be entered, not listed, by the accounts that servers run as.
    private static void Create(string path)
    {
        const UnixFileMode Own = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        Directory.CreateDirectory(path, OwnedFolder.IsRoot ? Own | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute : Own);
    }

    private static string Parent()
    {
        if (OwnedFolder.IsRoot) return "/var/lib/algostack";

        var state = Environment.GetEnvironmentVariable("XDG_STATE_HOME") is { Length: > 0 } given
            ? given
            : System.IO.Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "state");
        return System.IO.Path.Combine(state, "algostack");
    }

    private static string Clone(string appHostDirectory)
    {
        var folder = new DirectoryInfo(appHostDirectory);
        while (folder.Parent is not null && folder.GetFiles("*.sln").Length == 0) folder = folder.Parent;
        return folder.Parent is null ? appHostDirectory : folder.FullName;
    }

    private static string Hash(string text) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..HashLength];
}
