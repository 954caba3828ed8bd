using System.Runtime.CompilerServices;
using System.Text.Json;
using AlgoStack.Cli.Reaching;
using AlgoStack.EventStore.Chain;

namespace AlgoStack.Cli.Chains;

/// <summary>The chains as the services verify them, each its own.</summary>
internal static class ServiceChains
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>The services that keep a log.</summary>
    public static IReadOnlyList<string> Services { get; } = ["signal", "broker-routing", "alerting", "backtest", "gateway"];

    /// <param name="service">All of them when null.</param>
    public static async IAsyncEnumerable<ChainPiece> VerifyAsync(
        ConsoleClient console, string? service, string[] heads, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var name in Services.Where(s => service is null || s == service))
        {
            var done = false;
            await foreach (var piece in VerifyOneAsync(console, name, heads, cancellationToken))
            {
                done |= piece.Report is not null;
                yield return piece;
            }

            if (!done) throw BrokenOff(name);
        }
    }

    private static async IAsyncEnumerable<ChainPiece> VerifyOneAsync(
        ConsoleClient console, string service, string[] heads, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var query = string.Join('&', heads.Select(h => $"head={h}"));
        await using var items = console.FollowAsync($"/api/v1/stores/{service}/chain/verification?{query}", cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (true)
        {
            try
            {
                if (!await items.MoveNextAsync()) yield break;
            }
            catch (Exception e) when (e is HttpRequestException or IOException)
            {
                throw BrokenOff(service);
            }

            var (kind, data) = (items.Current.EventType, items.Current.Data);
            if (kind == ChainEndpoints.Finding) yield return new ChainPiece(service, JsonSerializer.Deserialize<ChainFinding>(data, Json), null);
            if (kind == ChainEndpoints.Done) yield return new ChainPiece(service, null, JsonSerializer.Deserialize<ChainReport>(data, Json));
        }
    }

    private static CommandFailedException BrokenOff(string service) =>
        new(ExitCode.Failed, $"{service} broke off before it had verified its log.");
}
