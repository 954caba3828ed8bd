using Microsoft.AspNetCore.Http;

namespace AlgoStack.ServiceDefaults.Idempotency;

/// <summary>What a request was answered, to be answered again.</summary>
internal sealed record KeptAnswer(int Status, string? ContentType, string? Location, byte[] Body) : IResult
{
    public const string Header = "Idempotency-Replayed";

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = Status;
        response.ContentType = ContentType;
        response.Headers.Location = Location;
        response.Headers[Header] = "true";
        await response.Body.WriteAsync(Body, httpContext.RequestAborted);
    }
}
