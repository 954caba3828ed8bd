using System.Diagnostics;
using AlgoStack.ServiceDefaults.Http;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace AlgoStack.ServiceDefaults.Problems;

/// <summary>Gives every answer of 400 and up the shape of <see cref="Problem"/>, however it came about.</summary>
internal static class ServiceProblems
{
    public static void AddServiceProblems(this IServiceCollection services)
    {
        services.AddExceptionHandler<ExceptionAnswer>();
        services.AddSingleton<IProblemDetailsService, WhateverIsAccepted>();
        services.AddProblemDetails(options => options.CustomizeProblemDetails = Complete);
    }

    private static void Complete(ProblemDetailsContext context)
    {
        var problem = context.ProblemDetails;
        var status = problem.Status ?? context.HttpContext.Response.StatusCode;
        problem.Extensions["traceId"] = Activity.Current?.TraceId.ToHexString() ?? context.HttpContext.TraceIdentifier;
        problem.Extensions.TryAdd("code", CodeOf(status));
        problem.Extensions.TryAdd("retryable", IsRetryable(status));
    }

    /// <summary>Whether the same request may be answered otherwise later, and by nothing but its being later.</summary>
    public static bool IsRetryable(int status) =>
        status is StatusCodes.Status408RequestTimeout or StatusCodes.Status429TooManyRequests
            or StatusCodes.Status502BadGateway or StatusCodes.Status503ServiceUnavailable or StatusCodes.Status504GatewayTimeout;

    private static string CodeOf(int status) => status switch
    {
        StatusCodes.Status400BadRequest => "bad_request",
        StatusCodes.Status401Unauthorized => "unauthorized",
        StatusCodes.Status403Forbidden => "forbidden",
        StatusCodes.Status404NotFound => "not_found",
        StatusCodes.Status405MethodNotAllowed => "method_not_allowed",
        StatusCodes.Status408RequestTimeout => "request_timeout",
        StatusCodes.Status409Conflict => "conflict",
        StatusCodes.Status413PayloadTooLarge => "too_large",
        StatusCodes.Status415UnsupportedMediaType => "unsupported_media_type",
        StatusCodes.Status422UnprocessableEntity => "refused",
        StatusCodes.Status429TooManyRequests => "too_many_requests",
        StatusCodes.Status502BadGateway => "bad_gateway",
        StatusCodes.Status503ServiceUnavailable => "unavailable",
        StatusCodes.Status504GatewayTimeout => "gateway_timeout",
        >= StatusCodes.Status500InternalServerError => "internal_error",
        _ => "request_failed",
    };

    /// <summary>A problem in a form that was not asked for says more than none, and than one in plain text.</summary>
    private sealed class WhateverIsAccepted(IEnumerable<IProblemDetailsWriter> writers) : IProblemDetailsService
    {
        // That of the interface looks at whether the answer has left, which one that is kept first has not.
        public async ValueTask<bool> TryWriteAsync(ProblemDetailsContext context)
        {
            await WriteAsync(context);
            return true;
        }

        public ValueTask WriteAsync(ProblemDetailsContext context)
        {
            context.HttpContext.Request.Headers.Remove("Accept");
            return writers.First(writer => writer.CanWrite(context)).WriteAsync(context);
        }
    }

    private sealed class ExceptionAnswer(IProblemDetailsService problems) : IExceptionHandler
    {
        public ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
        {
            var problem = Describe(exception);
            httpContext.Response.StatusCode = problem.Status ?? StatusCodes.Status500InternalServerError;
            return problems.TryWriteAsync(new ProblemDetailsContext { HttpContext = httpContext, ProblemDetails = problem });
        }

        private static ProblemDetails Describe(Exception exception) => exception switch
        {
            ProblemException known => new ProblemDetails
            {
                Status = known.Status,
                Detail = known.Message,
                Extensions = { ["code"] = known.Code, ["retryable"] = known.Retryable },
            },
            BadHttpRequestException bad => new ProblemDetails { Status = bad.StatusCode, Detail = RefusedRequest.Explain(bad) },
            PostgresException { SqlState: PostgresErrorCodes.CharacterNotInRepertoire or PostgresErrorCodes.UntranslatableCharacter } => new ProblemDetails
            {
                Status = StatusCodes.Status400BadRequest,
                Detail = UnreadableRequests.NoTextWithNul,
                Extensions = { ["code"] = UnreadableRequests.ValueUnstorable },
            },
            // What an unforeseen exception says is for the log, not for the caller.
            _ => new ProblemDetails { Status = StatusCodes.Status500InternalServerError, Detail = "Something went wrong here; the log has the rest under this traceId." },
        };
    }
}
