using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AlgoStack.EventStore.Inspection;

/// <summary>Problem details in the shape that every service answers: a stable code, and whether a later try may succeed.</summary>
internal static class Refusal
{
    public static ProblemHttpResult Of(int status, string code, string detail) => TypedResults.Problem(
        detail,
        statusCode: status,
        extensions: new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["code"] = code,
            ["retryable"] = status == StatusCodes.Status503ServiceUnavailable,
        });
}
