using AlgoStack.Postgres;
using Microsoft.Extensions.Configuration;

namespace AlgoStack.ServiceDefaults.Configuration;

/// <summary>
/// The configuration cannot be worked with. Thrown while a service is put together, it ends the process with its one
/// sentence on standard error and exit code <see cref="ExitCode"/>.
/// </summary>
public sealed class InvalidConfigurationException : Exception
{
    /// <summary>EX_CONFIG of sysexits.h.</summary>
    public const int ExitCode = 78;

    public InvalidConfigurationException(string key, string problem)
        : base($"{key} {problem}")
    {
        Key = key;
    }

    /// <summary>The key as code names it, with colons; in the environment each colon is two underscores.</summary>
    public string Key { get; }

    /// <summary>The value of a key, which must be there and not be blank.</summary>
    /// <param name="expected">What the value should be, as in "a folder that can be written".</param>
    public static string Require(IConfiguration configuration, string key, string expected)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var value = configuration[key];
        return string.IsNullOrWhiteSpace(value)
            ? throw new InvalidConfigurationException(key, $"is missing: expected {expected}.")
            : value;
    }

    /// <summary>
    /// Replaces the runtime's stack trace by the sentence, wherever in start-up the exception arises. So it does where the
    /// schema says that this build must not work on it, and wherever else starting again cannot help.
    /// </summary>
    internal static void EndTheProcess() => AppDomain.CurrentDomain.UnhandledException += OnUnhandled;

    private static void OnUnhandled(object sender, UnhandledExceptionEventArgs unhandled)
    {
        if (unhandled.ExceptionObject is not (InvalidConfigurationException or PostgresConfigurationException or MigrationException)) return;

        Console.Error.WriteLine(((Exception)unhandled.ExceptionObject).Message);
        Environment.Exit(ExitCode);
    }
}
