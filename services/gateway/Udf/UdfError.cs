using System.Text.Json.Serialization;

namespace AlgoStack.Gateway.Udf;

/// <summary>What went wrong, as a chart reads it: with a status of 200.</summary>
internal sealed record UdfError([property: JsonPropertyName("s")] string Status, [property: JsonPropertyName("errmsg")] string Message)
{
    public static IResult Of(string message) => TypedResults.Ok(new UdfError("error", message));
}
