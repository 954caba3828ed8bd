using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using AlgoStack.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AlgoStack.ServiceDefaults.Idempotency;

/// <summary>
/// Handles a request of a key once, and answers every other one of that key with what the first was answered. The key is
/// noted before the handler runs, and the answer before the caller has it. Where the two cannot both be had, because the
/// process dies or the handler throws, the same request runs the handler again, with the same key.
/// </summary>
internal sealed class IdempotentRequests(KeysInFlight inFlight, IdempotencyTable table)
{
    /// <summary>What is longer is answered and not kept.</summary>
    public const int MostAnswerBytes = 1024 * 1024;

    private const int ReadBuffer = 64 * 1024;
    private const string SecondsToRetry = "1";

    public async Task HandleAsync(HttpContext context, RequestDelegate handler)
    {
        var header = context.Request.Headers[IdempotencyKey.Header];
        if (header.Count == 0)
            await handler(context);
        else if (IdempotencyKey.Read(header, context.User.Identity?.Name ?? "") is { } key)
            await HandleAsync(context, key, handler);
        else
            await Invalid().ExecuteAsync(context);
    }

    private async Task HandleAsync(HttpContext context, IdempotencyKey key, RequestDelegate handler)
    {
        var requestHash = await HashAsync(context.Request, context.RequestAborted);
        if (!await inFlight.TryTakeAsync(key, context.RequestAborted))
        {
            context.Response.Headers.RetryAfter = SecondsToRetry;
            await InFlight().ExecuteAsync(context);
            return;
        }

        using var body = new MemoryStream();
        IResult? known;
        try
        {
            var (notedHash, notedAt, answer) = await table.NoteAsync(key, requestHash, context.RequestAborted);
            known = notedHash.AsSpan().SequenceEqual(requestHash) ? answer : Reused();
            if (known is null) await RunAsync(context, key with { NotedAt = notedAt }, handler, body);
        }
        finally
        {
            await inFlight.ReleaseAsync(key);
        }

        // Only now that the key is free: who has the answer may come again at once.
        if (known is not null) await known.ExecuteAsync(context);
        else await context.Response.Body.WriteAsync(body.GetBuffer().AsMemory(0, (int)body.Length), context.RequestAborted);
    }

    private async Task RunAsync(HttpContext context, IdempotencyKey key, RequestDelegate handler, MemoryStream body)
    {
        var response = context.Response;
        var sent = response.Body;
        response.Body = body;
        try
        {
            context.Features.Set(key);
            await handler(context);
            await response.BodyWriter.FlushAsync(context.RequestAborted);
        }
        finally
        {
            response.Body = sent;
        }

        // Of an answer that says to come again the key says nothing, nor does it of one that is a fault.
        if (response.StatusCode >= StatusCodes.Status500InternalServerError || ServiceProblems.IsRetryable(response.StatusCode)) return;
        if (body.Length > MostAnswerBytes) return;

        // What was done is kept, whether the caller still waits or not.
        await table.KeepAsync(
            key, new KeptAnswer(response.StatusCode, response.ContentType, response.Headers.Location, body.ToArray()), CancellationToken.None);
    }

    /// <summary>A SHA-256 of the method, the path, the query and the body, which can be read again after.</summary>
    private static async Task<byte[]> HashAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        request.EnableBuffering();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{request.Method} {request.PathBase}{request.Path}{request.QueryString}\n"));
        var buffer = ArrayPool<byte>.Shared.Rent(ReadBuffer);
        try
        {
            int read;
            while ((read = await request.Body.ReadAsync(buffer, cancellationToken)) > 0) hash.AppendData(buffer.AsSpan(0, read));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        request.Body.Position = 0;
        return hash.GetHashAndReset();
    }

    private static ProblemHttpResult Invalid() =>
        Problem.Invalid("idempotency_key_invalid", $"{IdempotencyKey.Header}: expected one of 1 to 255 visible characters of ASCII.");

    private static ProblemHttpResult InFlight() => Problem.Of(
        StatusCodes.Status409Conflict, "idempotency_in_flight", $"{IdempotencyKey.Header}: expected one that is free, found a request of it in flight.", retryable: true);

    private static ProblemHttpResult Reused() => Problem.Refused(
        "idempotency_key_reused", $"{IdempotencyKey.Header}: expected the request that it came with first, found another method, path, query or body.");
}
