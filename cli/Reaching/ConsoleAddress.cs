using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace AlgoStack.Cli.Reaching;

/// <summary>
/// Finds the console: <c>--url</c>, else <c>ALGOSTACK_URL</c>, else the file <c>endpoints.json</c> that a running AppHost
/// of this clone keeps in its state folder.
/// </summary>
internal static class ConsoleAddress
{
    private const int HashLength = 12;

    public static Uri Find(string? url)
    {
        var given = url ?? Given("ALGOSTACK_URL");
        if (given is not null)
        {
            return Uri.TryCreate(given, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
                ? address
                : throw new CommandFailedException(ExitCode.Usage, $"The console's address has to be like http://localhost:5080, found '{given}'.");
        }

        var file = Path.Combine(StateFolder(), "endpoints.json");
        return FromThisClone() ?? throw new CommandFailedException(
            ExitCode.NotReachable, $"AlgoStack is not running here: no console is named in {file}. Start it with ./run, or name one with --url.");
    }

    /// <summary>Where the console is that runs from this clone; null while none does.</summary>
    public static Uri? FromThisClone() => Read(Path.Combine(StateFolder(), "endpoints.json"));

    /// <summary>The folder that <c>libraries/Hosting</c> uses for the same clone.</summary>
    public static string StateFolder()
    {
        if (Given("ALGOSTACK_STATE") is { } given) return Path.GetFullPath(given);

        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Clone.Folder())))[..HashLength];
        if (Environment.IsPrivilegedProcess) return Path.Combine("/var/lib/algostack", hash);

        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        return Path.Combine(Given("XDG_STATE_HOME") ?? Path.Combine(home, ".local", "state"), "algostack", hash);
    }

    private static Uri? Read(string file)
    {
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(file));
            return json.RootElement.TryGetProperty("gateway", out var gateway)
                && gateway.TryGetProperty("url", out var url)
                && Uri.TryCreate(url.GetString(), UriKind.Absolute, out var address)
                ? address
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    private static string? Given(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value ? value : null;
}
