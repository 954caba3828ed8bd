using Xunit;

namespace AlgoStack.Testing;

/// <summary>Recorded market data and payloads in the folder <c>shared</c> beside the repository, which not everybody has.</summary>
public static class SharedData
{
    private static readonly string? Folder = Find();

    public static bool IsPresent => Folder is not null;

    /// <summary>The full path of a file under <c>shared/data</c>; fails when it is not there.</summary>
    public static string Path(string relative)
    {
        var path = System.IO.Path.Combine(Folder ?? throw new DirectoryNotFoundException("../shared is not beside the repository."), "data", relative);
        return File.Exists(path) ? path : throw new FileNotFoundException($"../shared has no data/{relative}.", path);
    }

    /// <summary>The full path of a folder or file under <c>shared/protocols</c>; fails when it is not there.</summary>
    public static string ProtocolPath(string relative)
    {
        var path = System.IO.Path.Combine(Folder ?? throw new DirectoryNotFoundException("../shared is not beside the repository."), "protocols", relative);
        return System.IO.Path.Exists(path) ? path : throw new FileNotFoundException($"../shared has no protocols/{relative}.", path);
    }

    private static string? Find()
    {
        var shared = System.IO.Path.GetFullPath(System.IO.Path.Combine(Repository.Root, "..", "shared"));
        return Directory.Exists(shared) ? shared : null;
    }
}

/// <summary>A fact that needs <see cref="SharedData"/>, counted as skipped where that is absent.</summary>
public sealed class SharedDataFactAttribute : FactAttribute
{
    public SharedDataFactAttribute() => Skip = SharedData.IsPresent ? null : "../shared is not beside the repository.";
}

/// <summary>A theory that needs <see cref="SharedData"/>, counted as skipped where that is absent.</summary>
public sealed class SharedDataTheoryAttribute : TheoryAttribute
{
    public SharedDataTheoryAttribute() => Skip = SharedData.IsPresent ? null : "../shared is not beside the repository.";
}
