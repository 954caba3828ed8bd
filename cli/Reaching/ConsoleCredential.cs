using System.Net.Http.Headers;
using System.Net.Http.Json;

namespace AlgoStack.Cli.Reaching;

/// <summary>
/// What lets the command line in: the API key in <c>ALGOSTACK_API_KEY</c>, for which it takes access tokens, else the key of the services
/// of the AppHost that runs from this clone, which its owner can read and which goes to no other address. With neither it asks
/// as nobody.
/// </summary>
internal sealed class ConsoleCredential(Uri address)
{
    public const string Hint = "Set ALGOSTACK_API_KEY to an API key, which whoever may sign in makes with POST /auth/api-keys.";

    /// <summary>So long before its end a token is not used any more.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(30);

    private readonly string? _apiKey = Environment.GetEnvironmentVariable("ALGOSTACK_API_KEY") is { Length: > 0 } key ? key : null;
    private readonly Lazy<string?> _serviceKey = new(() => ReadServiceKey(address));
    private TokenAnswer? _token;

    /// <exception cref="ConsoleProblemException">The API key is not taken.</exception>
    public async Task<AuthenticationHeaderValue?> HeaderAsync(HttpClient http, CancellationToken cancellationToken)
    {
        if (_apiKey is null) return _serviceKey.Value is { } own ? new AuthenticationHeaderValue("Bearer", own) : null;

        if (_token is null || _token.ExpiresAt - TimeProvider.System.GetUtcNow() < Margin) _token = await TakeTokenAsync(http, cancellationToken);
        return new AuthenticationHeaderValue("Bearer", _token.AccessToken);
    }

    private async Task<TokenAnswer> TakeTokenAsync(HttpClient http, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/auth/token") { Content = JsonContent.Create(new { ApiKey = _apiKey }) };
        using var response = await http.SendAsync(request, cancellationToken);
        if (!response.IsSuccessStatusCode) throw await ConsoleClient.ProblemAsync(request, response, cancellationToken);

        return (await response.Content.ReadFromJsonAsync<TokenAnswer>(cancellationToken))!;
    }

    private static string? ReadServiceKey(Uri address)
    {
        if (address != ConsoleAddress.FromThisClone()) return null;

        try
        {
            return File.ReadAllText(Path.Combine(ConsoleAddress.StateFolder(), "parameters", "service-key"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private sealed record TokenAnswer(string AccessToken, DateTimeOffset ExpiresAt);
}
