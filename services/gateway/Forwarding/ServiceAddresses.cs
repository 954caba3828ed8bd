using System.Diagnostics.CodeAnalysis;

namespace AlgoStack.Gateway.Forwarding;

/// <summary>Where the services are, from <c>services__{name}__http__0</c>.</summary>
internal sealed class ServiceAddresses(IConfiguration configuration)
{
    public bool TryFind(string service, [NotNullWhen(true)] out Uri? address) =>
        Uri.TryCreate(configuration[Key(service)], UriKind.Absolute, out address);

    /// <summary>The configuration key that names the service's address.</summary>
    public static string Key(string service) => $"services:{service}:http:0";
}
