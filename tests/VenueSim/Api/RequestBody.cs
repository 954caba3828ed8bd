using System.Text.Json;
using AlgoStack.VenueSim.Records;

namespace AlgoStack.VenueSim.Api;

/// <summary>Reads JSON into a shape, or says what Alpaca says when it cannot.</summary>
internal static class RequestBody
{
    public static async Task<(T? Form, Reply? Refusal)> ReadAsync<T>(HttpContext context)
        where T : class
    {
        try
        {
            var body = await JsonSerializer.DeserializeAsync<JsonElement>(context.Request.Body, VenueJson.Wire, context.RequestAborted);
            return body.ValueKind == JsonValueKind.Object ? Shape<T>(body) : (null, Malformed());
        }
        catch (JsonException)
        {
            return (null, Malformed());
        }
        catch (BadHttpRequestException e)
        {
            return (null, Reply.Error(e.StatusCode, Reply.BadRequest, e.Message));
        }
    }

    private static (T? Form, Reply? Refusal) Shape<T>(JsonElement body)
        where T : class
    {
        try
        {
            return (body.Deserialize<T>(VenueJson.Wire), null);
        }
        catch (JsonException e)
        {
            return (null, Reply.Invalid($"invalid {e.Path?.TrimStart('$', '.')}"));
        }
    }

    private static Reply Malformed() => Reply.Error(StatusCodes.Status400BadRequest, Reply.BadRequest, "request body format is invalid");
}
