using System.Net.Http.Headers;

namespace AlgoStack.Testing.Services;

/// <summary>What lets tests into services: the key that services know each other by.</summary>
public static class ServiceAccess
{
    public const string Key = "known-to-all-services-under-test-0123456789";

    /// <summary>Configuration of a service. Nobody issues tokens.</summary>
    public static IReadOnlyList<KeyValuePair<string, string?>> Settings { get; } =
        [new("Tokens:ServiceKey", Key), new("Tokens:Authority", "http://127.0.0.1:9")];

    public static AuthenticationHeaderValue Header => new("Bearer", Key);

    public static HttpClient NewClient(Uri address) => new() { BaseAddress = address, DefaultRequestHeaders = { Authorization = Header } };
}
