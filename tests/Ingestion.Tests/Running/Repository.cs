namespace AlgoStack.Ingestion.Tests.Running;

/// <summary>Files that ship with the repository.</summary>
internal static class Repository
{
    public static string Path(string relative)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "AlgoStack.sln"))) return System.IO.Path.Combine(folder.FullName, relative);
        }

        throw new DirectoryNotFoundException("No AlgoStack.sln above the tests.");
    }
}
