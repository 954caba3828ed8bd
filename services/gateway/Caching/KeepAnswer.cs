using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Extensions.Primitives;

namespace AlgoStack.Gateway.Caching;

/// <summary>
/// What a kind of answer is kept for: any who may ask, by path and query. Of several who ask at once, one is passed on and the others
/// wait for it. <c>Cache-Control: no-cache</c> asks anew, and an answer other than 200, or one that says <c>no-store</c>, is not kept.
/// </summary>
internal sealed class KeepAnswer(string kind) : IOutputCachePolicy
{
    public ValueTask CacheRequestAsync(OutputCacheContext context, CancellationToken cancellation)
    {
        var request = context.HttpContext.Request;
        var may = HttpMethods.IsGet(request.Method);
        context.EnableOutputCaching = may;
        context.AllowCacheLookup = may && !request.Headers.CacheControl.ToString().Contains("no-cache", StringComparison.OrdinalIgnoreCase);
        context.AllowCacheStorage = may;
        context.AllowLocking = true;
        context.ResponseExpirationTimeSpan = KeptAnswers.Lifetimes[kind];
        context.CacheVaryByRules.QueryKeys = "*";
        context.Tags.Add(kind);
        context.HttpContext.Features.Set(new Asked(Kept(context).Now));
        return ValueTask.CompletedTask;
    }

    public ValueTask ServeFromCacheAsync(OutputCacheContext context, CancellationToken cancellation)
    {
        KeptAnswers.Count(kind, hit: true);
        return ValueTask.CompletedTask;
    }

    public ValueTask ServeResponseAsync(OutputCacheContext context, CancellationToken cancellation)
    {
        KeptAnswers.Count(kind, hit: false);
        var (response, headers) = (context.HttpContext.Response, context.HttpContext.Response.Headers);
        context.AllowCacheStorage =
            response.StatusCode == StatusCodes.Status200OK
            && !headers.CacheControl.ToString().Contains("no-store", StringComparison.OrdinalIgnoreCase)
            && StringValues.IsNullOrEmpty(headers.SetCookie)
            && Kept(context).MayKeep(kind, context.HttpContext.Features.Get<Asked>()!.At);
        return ValueTask.CompletedTask;
    }

    private static KeptAnswers Kept(OutputCacheContext context) => context.HttpContext.RequestServices.GetRequiredService<KeptAnswers>();

    private sealed record Asked(DateTimeOffset At);
}
