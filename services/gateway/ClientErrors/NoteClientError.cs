using System.Security.Claims;
using System.Text.RegularExpressions;
using AlgoStack.ServiceDefaults;
using AlgoStack.ServiceDefaults.Problems;
using AlgoStack.ServiceDefaults.Tokens;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace AlgoStack.Gateway.ClientErrors;

/// <summary>
/// <c>POST /api/v1/client-errors</c>: what went wrong in the console goes into the log, with the build that it went wrong in and the trace
/// that it belongs to. Who it was is said by id alone.
/// </summary>
internal sealed partial class NoteClientError(ILogger<NoteClientError> logger)
{
    private const int MostBodyBytes = 16 * 1024;
    private const int MostSteps = 20;

    /// <summary>In characters.</summary>
    private const int MostOfAName = 100;
    private const int MostOfAMessage = 500;
    private const int MostOfAStack = 4_000;
    private const int MostOfAStep = 200;

    private const int PatienceMs = 1_000;

    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/api/v1/client-errors", (ClientError error, HttpContext context, NoteClientError note) => note.Handle(error, context.User.FindFirstValue(TokenClaims.Subject)))
        .WithMetadata(new RequestSizeLimitAttribute(MostBodyBytes))
        .RequireScope(TokenScopes.Read)
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .ProducesProblem(StatusCodes.Status413PayloadTooLarge);

    private Results<NoContent, ProblemHttpResult> Handle(ClientError error, string? userId)
    {
        var steps = error.Steps ?? [];
        string?[] names = [error.Release, error.Screen, error.Kind, error.TraceId];
        if (names.Any(name => name?.Length > MostOfAName) || error.Message.Length is 0 or > MostOfAMessage || error.Stack?.Length > MostOfAStack
            || steps.Count > MostSteps || steps.Any(step => step?.Length > MostOfAStep))
        {
            return Problem.Invalid(
                "client_error_too_long",
                $"Expected names of up to {MostOfAName} characters, a message of 1 to {MostOfAMessage}, a stack of up to {MostOfAStack}, and up to {MostSteps} steps of {MostOfAStep}.");
        }

        LogFailed(Clean(error.Kind), Clean(error.Screen), Clean(error.Release), Clean(error.TraceId ?? ""), userId, Clean(error.Message), Clean(error.Stack ?? ""), Clean(string.Join(" | ", steps)));
        return TypedResults.NoContent();
    }

    /// <summary>On one line, so that nobody writes lines of the log, and without what looks like a secret or a person's address.</summary>
    private static string Clean(string text) => Secrets().Replace(Unprintable().Replace(text, " "), "***");

    [GeneratedRegex(@"[\p{C}\p{Zl}\p{Zp}]+", RegexOptions.ExplicitCapture, PatienceMs)]
    private static partial Regex Unprintable();

    [GeneratedRegex(@"eyJ[\w-]+(\.[\w-]*)*|algostack_[\w-]+|(?<=[?&#])[^\s""'|]+|[^\s@""'|/]{1,64}@[^\s@""'|/]{1,255}", RegexOptions.ExplicitCapture, PatienceMs)]
    private static partial Regex Secrets();

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The console failed ({Kind}) at {Screen} in release {Release}, trace {ClientTraceId}, user {UserId}: {Message} {Stack} After: {Steps}")]
    private partial void LogFailed(string kind, string screen, string release, string clientTraceId, string? userId, string message, string stack, string steps);
}

/// <param name="Release">The build of the console.</param>
/// <param name="Screen">Its path.</param>
/// <param name="Kind"><c>error</c>, <c>rejection</c>, <c>screen</c> or <c>request</c>.</param>
/// <param name="TraceId">Of the request that failed.</param>
/// <param name="Steps">What was done last, without its values, oldest first.</param>
internal sealed record ClientError(
    string Release, string Screen, string Kind, string Message, string? Stack = null, string? TraceId = null, IReadOnlyList<string?>? Steps = null);
