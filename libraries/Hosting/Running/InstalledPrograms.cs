using System.Globalization;

namespace Aspire.Hosting.Running;

/// <summary>Finds server programs of the operating system's packages.</summary>
internal static class InstalledPrograms
{
    /// <summary>The folder with <c>postgres</c> and <c>initdb</c>, the newest version unless one is named.</summary>
    public static string PostgresFolder(string? majorVersion = null)
    {
        const string Debian = "/usr/lib/postgresql";
        var versions = Directory.Exists(Debian) ? Directory.GetDirectories(Debian).Select(Path.GetFileName) : [];
        var folder = versions
            .Where(version => majorVersion is null || string.Equals(version, majorVersion, StringComparison.Ordinal))
            .OrderByDescending(version => int.TryParse(version, CultureInfo.InvariantCulture, out var number) ? number : 0)
            .Select(version => Path.Combine(Debian, version!, "bin"))
            .Concat(SearchPath())
            .FirstOrDefault(bin => File.Exists(Path.Combine(bin, "initdb")) && File.Exists(Path.Combine(bin, "postgres")));

        return folder ?? throw new DistributedApplicationException(
            $"PostgreSQL{(majorVersion is null ? "" : " " + majorVersion)} is not installed here: run `apt-get install postgresql`, or give a server with ConnectionStrings__algostack.");
    }

    /// <summary>RabbitMQ's own start script; the one on the path of a Debian system insists on the package's user.</summary>
    public static string RabbitMQServer()
    {
        return SearchPath().Prepend("/usr/lib/rabbitmq/bin")
            .Select(folder => Path.Combine(folder, "rabbitmq-server"))
            .FirstOrDefault(File.Exists)
            ?? throw new DistributedApplicationException(
                "RabbitMQ is not installed here: run `apt-get install rabbitmq-server`, or give a server with ConnectionStrings__messaging.");
    }

    /// <summary>Erlang's port mapper, in the run-time's own folder when it is not on the path.</summary>
    public static string Epmd()
    {
        const string Debian = "/usr/lib/erlang";
        var runtimes = Directory.Exists(Debian)
            ? Directory.GetDirectories(Debian, "erts-*").Select(folder => Path.Combine(folder, "bin"))
            : [];
        return SearchPath().Concat(runtimes)
            .Select(folder => Path.Combine(folder, "epmd"))
            .FirstOrDefault(File.Exists)
            ?? throw new DistributedApplicationException("Erlang's epmd is not installed here: run `apt-get install erlang-base`.");
    }

    private static string[] SearchPath() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries);
}
