using System.Globalization;
using AlgoStack.ServiceDefaults.Idempotency;

namespace AlgoStack.Ingestion.Feeds;

/// <summary>Ids of sessions over files, as in <c>replay-20260302t120000-1f3a</c>.</summary>
internal static class SessionId
{
    /// <param name="key">Of the request: the same again makes the same id.</param>
    public static string New(string kind, IdempotencyKey? key, DateTimeOffset now) => key is null
        ? string.Create(CultureInfo.InvariantCulture, $"{kind}-{now:yyyyMMdd't'HHmmss}-{Random.Shared.Next(0x10000):x4}")
        : string.Create(CultureInfo.InvariantCulture, $"{kind}-{key.NotedAt.UtcDateTime:yyyyMMdd't'HHmmss}-{key.Id.ToString("n")[^12..]}");
}
