using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using AlgoStack.EventStore.Streams;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace AlgoStack.EventStore.Chain;

/// <summary>
/// <c>GET /chain/verification?head=HASH</c> verifies the service's log while the caller waits: a stream of events, a
/// <see cref="ChainFinding"/> each named <c>finding</c>, and a <see cref="ChainReport"/> named <c>reading</c> now and then
/// and <c>report</c> at the end. A stream without that end has not verified anything.
/// </summary>
public static class ChainEndpoints
{
    public const string Finding = "finding";
    public const string Reading = "reading";
    public const string Done = "report";

    // Whoever forwards a stream gives up on one that says nothing.
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(5);

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    internal static void Map(IEndpointRouteBuilder store) => store.MapGet("/chain/verification", Verify);

    private static ServerSentEventsResult<string> Verify(EventLog log, string[] head, CancellationToken cancellationToken) =>
        TypedResults.ServerSentEvents(VerifyAsync(new ChainVerifier(log.Source, head), log.Clock, cancellationToken));

    private static async IAsyncEnumerable<SseItem<string>> VerifyAsync(
        ChainVerifier verifier, TimeProvider clock, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var findings = verifier.VerifyAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (true)
        {
            var moved = findings.MoveNextAsync().AsTask();
            while (!await EndsAsync(moved, clock)) yield return Item(Reading, verifier.Report);
            if (!await moved) break;

            yield return Item(Finding, findings.Current);
        }

        yield return Item(Done, verifier.Report);
    }

    private static async Task<bool> EndsAsync(Task moved, TimeProvider clock)
    {
        if (moved.IsCompleted) return true;

        using var silence = new CancellationTokenSource(LongestSilence, clock);
        await moved.WaitAsync(silence.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return moved.IsCompleted;
    }

    private static SseItem<string> Item<T>(string kind, T content) => new(JsonSerializer.Serialize(content, Json), kind);
}
