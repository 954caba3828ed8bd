using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace AlgoStack.EventStore.Streams;

/// <summary>What a caller sent and no store keeps is the caller's to change: 400 <c>value_unstorable</c>.</summary>
internal sealed class UnstorableAnswer(IProblemDetailsService problems) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is not (UnstorableEventException or InvalidStreamIdException or UnstorableMetadataException)) return false;

        httpContext.Response.StatusCode = StatusCodes.Status400BadRequest;
        return await problems.TryWriteAsync(new ProblemDetailsContext
        {
            HttpContext = httpContext,
            ProblemDetails = new ProblemDetails
            {
                Status = StatusCodes.Status400BadRequest,
                Detail = "A value cannot be stored: no text may be too long for a name, or hold U+0000 or half of a character.",
                Extensions = { ["code"] = "value_unstorable" },
            },
        });
    }
}
