namespace AlgoStack.Cli.Reaching;

/// <summary>The clone of the repository that this program was built in.</summary>
internal static class Clone
{
    public const string DefaultReplay = "data/sp500-2000/sp500-2000.csv";

    /// <summary>The folder with AlgoStack.sln above the program, else the current one.</summary>
    public static string Folder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "AlgoStack.sln"))) return folder.FullName;
        }

        return Directory.GetCurrentDirectory();
    }
}
