using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace AlgoStack.Architecture.Tests;

/// <summary>The sources as they lie on disk; paths are relative to the root and use forward slashes.</summary>
internal static class Repository
{
    private static readonly string[] Generated = ["artifacts", "bin", "obj", "node_modules", ".git"];

    public static string Root { get; } = FindRoot();

    public static IReadOnlyList<string> Files { get; } = List(Root).Select(Relative).Order(StringComparer.Ordinal).ToList();

    public static IReadOnlyList<Project> Projects { get; } =
        Files.Where(file => file.EndsWith(".csproj", StringComparison.Ordinal)).Select(Read).ToList();

    public static string ReadAllText(string file) => File.ReadAllText(Path.Combine(Root, file));

    private static Project Read(string file)
    {
        var folder = Path.GetDirectoryName(Path.Combine(Root, file))!;
        var references = XDocument.Load(Path.Combine(Root, file))
            .Descendants("ProjectReference")
            .SelectMany(reference => Matching(Relative(Path.GetFullPath(Path.Combine(folder, reference.Attribute("Include")!.Value.Replace('\\', '/'))))))
            .ToList();
        return new Project(file, references);
    }

    // As MSBuild does: a star stands for anything within one folder's name. A name without stars need not exist.
    private static IEnumerable<string> Matching(string path) => path.Contains('*', StringComparison.Ordinal)
        ? Files.Where(file => Regex.IsMatch(
            file, $"^{Regex.Escape(path).Replace("\\*", "[^/]*", StringComparison.Ordinal)}$", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)))
        : [path];

    private static IEnumerable<string> List(string folder) =>
        Directory.EnumerateFiles(folder).Concat(Directory.EnumerateDirectories(folder)
            .Where(child => !Generated.Contains(Path.GetFileName(child), StringComparer.Ordinal))
            .SelectMany(List));

    private static string Relative(string path) => Path.GetRelativePath(Root, path).Replace('\\', '/');

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "AlgoStack.sln"))) return folder.FullName;

        throw new DirectoryNotFoundException($"No folder above {AppContext.BaseDirectory} holds AlgoStack.sln.");
    }
}

/// <summary>A project file and the project files it references.</summary>
internal sealed record Project(string File, IReadOnlyList<string> References)
{
    public string Folder => File[..File.LastIndexOf('/')];

    public bool IsIn(string folder) => File.StartsWith($"{folder}/", StringComparison.Ordinal);
}
