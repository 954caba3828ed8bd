using System.Globalization;
using System.Reflection;

namespace AlgoStack.Postgres;

/// <summary>Which build of a service this is, and with which others it may work on one schema.</summary>
/// <param name="Build">Version and commit, as in <c>0.1.0+71a7634b2c01</c>: for people, never compared.</param>
/// <param name="ContractVersion">From 1. Builds of one number work together; one of a lower number is older.</param>
public sealed record ServiceBuild(string Service, string Build, int ContractVersion)
{
    /// <summary>The name under which a project's <c>ContractVersion</c> is in its assembly.</summary>
    public const string ContractKey = "ContractVersion";

    private const int CommitCharacters = 12;

    /// <exception cref="InvalidOperationException">The assembly says no contract version.</exception>
    public static ServiceBuild Of(string service, Assembly assembly)
    {
        var version = assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0";
        var commit = version.IndexOf('+', StringComparison.Ordinal);
        var contract = assembly.GetCustomAttributes<AssemblyMetadataAttribute>().FirstOrDefault(a => a.Key == ContractKey)?.Value;
        return int.TryParse(contract, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
            ? new ServiceBuild(service, commit < 0 ? version : version[..Math.Min(version.Length, commit + 1 + CommitCharacters)], number)
            : throw new InvalidOperationException(
                $"Assembly {assembly.GetName().Name}: expected {ContractKey} above zero among its metadata, found '{contract}'.");
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Service} {Build} (contract {ContractVersion})");
}
