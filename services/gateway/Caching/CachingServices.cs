namespace AlgoStack.Gateway.Caching;

/// <summary>A memory of answers, for endpoints that say <c>CacheOutput(kind)</c>.</summary>
internal static class CachingServices
{
    private const int MostBytes = 64 * 1024 * 1024;
    private const int MostBytesOfOne = 4 * 1024 * 1024;

    public static void AddAnswerCache(this WebApplicationBuilder builder)
    {
        builder.Services.AddOutputCache(options =>
        {
            (options.SizeLimit, options.MaximumBodySize) = (MostBytes, MostBytesOfOne);
            foreach (var kind in KeptAnswers.Lifetimes.Keys) options.AddPolicy(kind, new KeepAnswer(kind));
        });
        builder.Services.AddSingleton<KeptAnswers>();
    }
}
