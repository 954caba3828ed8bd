using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AlgoStack.ServiceDefaults.Problems;

/// <summary>
/// Answers of RFC 9457 for what a caller may expect to go wrong. Beside the members of the RFC each carries <c>code</c>, in
/// snake_case and stable for ever, <c>traceId</c>, and <c>retryable</c>: whether the same request may succeed later.
/// </summary>
public static class Problem
{
    /// <summary>400: the request cannot be read, or a value in it makes no sense.</summary>
    public static ProblemHttpResult Invalid(string code, string detail) => Of(StatusCodes.Status400BadRequest, code, detail);

    /// <summary>404.</summary>
    public static ProblemHttpResult NotFound(string code, string detail) => Of(StatusCodes.Status404NotFound, code, detail);

    /// <summary>409: at odds with what is there already.</summary>
    public static ProblemHttpResult Conflict(string code, string detail) => Of(StatusCodes.Status409Conflict, code, detail);

    /// <summary>422: understood, and refused by a rule.</summary>
    public static ProblemHttpResult Refused(string code, string detail) => Of(StatusCodes.Status422UnprocessableEntity, code, detail);

    /// <summary>503: something this needs is away; worth trying again.</summary>
    public static ProblemHttpResult Unavailable(string code, string detail) =>
        Of(StatusCodes.Status503ServiceUnavailable, code, detail, retryable: true);

    public static ProblemHttpResult Of(int status, string code, string detail, bool retryable = false) =>
        TypedResults.Problem(
            detail,
            statusCode: status,
            extensions: new Dictionary<string, object?>(StringComparer.Ordinal) { ["code"] = code, ["retryable"] = retryable });
}
