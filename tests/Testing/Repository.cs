namespace AlgoStack.Testing;

/// <summary>The clone that the running tests were built in.</summary>
public static class Repository
{
    /// <summary>The full path of the folder of <c>AlgoStack.sln</c>.</summary>
    public static string Root { get; } = Find();

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "AlgoStack.sln"))) folder = folder.Parent;
        return folder?.FullName ?? throw new DirectoryNotFoundException($"{AppContext.BaseDirectory} is not inside the repository.");
    }
}
