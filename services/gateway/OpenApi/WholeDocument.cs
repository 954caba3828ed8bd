using System.Text.Json;
using System.Text.Json.Nodes;
using AlgoStack.Gateway.Forwarding;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace AlgoStack.Gateway.OpenApi;

/// <summary>
/// One OpenAPI document of all that is answered at this address, under the paths that callers use. What services answer is taken from the
/// documents that this version was released with (<c>docs/openapi</c>), so that it is whole while one of them is away.
/// </summary>
internal sealed class WholeDocument
{
    private const string Name = "v1";

    private readonly IOpenApiDocumentProvider _own;
    private readonly Lazy<Task<byte[]>> _json;

    public WholeDocument([FromKeyedServices(Name)] IOpenApiDocumentProvider own) => (_own, _json) = (own, new Lazy<Task<byte[]>>(ComposeAsync));

    public static void Map(IEndpointRouteBuilder endpoints) => endpoints
        .MapGet($"/openapi/{Name}.json", async (WholeDocument document) =>
            TypedResults.Bytes(await document._json.Value, "application/json; charset=utf-8"))
        .ExcludeFromDescription()
        .AllowAnonymous();

    /// <summary>Of the gateway's own endpoints alone.</summary>
    public async Task<JsonObject> OwnAsync(CancellationToken cancellationToken)
    {
        var document = await _own.GetOpenApiDocumentAsync(cancellationToken);
        return Parse(await document.SerializeAsJsonAsync(OpenApiSpecVersion.OpenApi3_1, cancellationToken));
    }

    private async Task<byte[]> ComposeAsync() => JsonSerializer.SerializeToUtf8Bytes(
        DocumentParts.Compose(await OwnAsync(CancellationToken.None), [.. Routes.Services.Select(service => (service, Released(service)))]));

    private static JsonObject Released(string service)
    {
        using var resource = typeof(WholeDocument).Assembly.GetManifestResourceStream($"openapi.{service}.json")
            ?? throw new InvalidOperationException($"docs/openapi/{service}.json is not built into the gateway.");
        using var reader = new StreamReader(resource);
        return Parse(reader.ReadToEnd());
    }

    private static JsonObject Parse(string json) => JsonNode.Parse(json)!.AsObject();
}
