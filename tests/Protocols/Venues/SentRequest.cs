using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace AlgoStack.Protocols.Venues;

/// <summary>A request as it came in.</summary>
internal sealed record SentRequest(string Method, string Path, string Query, IReadOnlyDictionary<string, string> Headers, string Body)
{
    public static async Task<SentRequest> ReadAsync(HttpRequest request)
    {
        using var reader = new StreamReader(request.Body);
        return new SentRequest(
            request.Method,
            request.Path,
            request.QueryString.Value ?? "",
            request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            await reader.ReadToEndAsync(request.HttpContext.RequestAborted));
    }

    /// <summary>What it says, as an object.</summary>
    /// <param name="where">As fixtures name it: <c>json</c>, <c>form</c>, <c>query</c>, or several with <c>-or-</c> between them.</param>
    public JsonElement Members(string where)
    {
        if (where == "json") return Body.Length == 0 ? JsonSerializer.SerializeToElement(new { }) : JsonSerializer.Deserialize<JsonElement>(Body);

        var members = new Dictionary<string, string>(StringComparer.Ordinal);
        if (where.Contains("query", StringComparison.Ordinal)) Add(Query);
        if (where.Contains("form", StringComparison.Ordinal)) Add(Body);
        return JsonSerializer.SerializeToElement(members);

        void Add(string text)
        {
            foreach (var (name, value) in QueryHelpers.ParseQuery(text)) members[name] = value.ToString();
        }
    }

    public override string ToString() => $"{Method} {Path}{Query} {Body}";
}
