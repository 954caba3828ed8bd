using System.Reflection;
using System.Runtime.InteropServices;

namespace Aspire.Hosting.Running;

/// <summary>Where a project's build left its program.</summary>
internal static class BuiltProject
{
    /// <summary>The <c>dotnet</c> that runs this very process: whatever the path says, it is there and new enough.</summary>
    public static string DotnetPath { get; } = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet"));

    /// <summary>A script that starts the host before its projects are built names a file that exists until they are.</summary>
    public static bool IsBuilding => File.Exists(Environment.GetEnvironmentVariable("ALGOSTACK_BUILDING"));

    /// <summary>
    /// The assembly that the build noted beside the project's name; for a project that is not referenced by the host, the
    /// one where builds put it by default.
    /// </summary>
    public static string Find(IProjectMetadata project)
    {
        var noted = project.GetType().Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .FirstOrDefault(metadata => string.Equals(metadata.Key, $"TargetPath:{project.ProjectPath}", StringComparison.Ordinal))?.Value;
        if (noted is not null && File.Exists(noted)) return noted;

        var name = Path.GetFileNameWithoutExtension(project.ProjectPath);
        // The host's own configuration is the last part of its output folder, in either layout's spelling.
        var configuration = AppContext.BaseDirectory.Contains("/release", StringComparison.OrdinalIgnoreCase) ? "release" : "debug";
        for (var folder = Directory.GetParent(project.ProjectPath); folder is not null; folder = folder.Parent)
        {
            var built = Path.Combine(folder.FullName, "artifacts", "bin", name, configuration, $"{name}.dll");
            if (File.Exists(built)) return built;
        }

        throw new DistributedApplicationException(
            $"{project.ProjectPath} has not been built: expected {noted ?? $"artifacts/bin/{name}/{configuration}/{name}.dll above it"}. Run `dotnet build`.");
    }
}
