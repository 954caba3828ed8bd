using AlgoStack.EventStore.Inspection;
using AlgoStack.Postgres.Archives;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace AlgoStack.EventStore.Retention;

/// <summary>
/// <c>GET /store/archives</c>: what was exported. <c>POST /store/archives</c> exports and deletes what is due now, rather than
/// at night, and answers with what that was. <c>POST /store/archives/{name}/restore</c> puts events back into the log.
/// <c>GET /store/archives/events?stream=&amp;from=&amp;to=</c> reads exported events where they lie.
/// </summary>
internal static class ArchiveEndpoints
{
    public static void Map(IEndpointRouteBuilder store)
    {
        store.MapGet("/archives", (EventArchiver archiver, CancellationToken cancellationToken) => archiver.ListAsync(cancellationToken));
        store.MapPost("/archives", RunAsync);
        store.MapPost("/archives/{name}/restore", RestoreAsync)
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
        store.MapGet("/archives/events", (EventArchiver archiver, string? stream, long? from, long? to, CancellationToken cancellationToken) =>
            archiver.ReadAsync(stream, from ?? 0, to ?? long.MaxValue, cancellationToken));
    }

    private static async Task<IReadOnlyList<EventArchive>> RunAsync(EventArchiver archiver, CancellationToken cancellationToken)
    {
        var archived = await archiver.RunAsync(cancellationToken);
        return [.. (await archiver.ListAsync(cancellationToken)).Where(archive => archived.Contains(archive.Name, StringComparer.Ordinal))];
    }

    private static async Task<Results<Ok<EventArchive>, ProblemHttpResult>> RestoreAsync(
        string name, EventArchiver archiver, CancellationToken cancellationToken)
    {
        if ((await archiver.ListAsync(cancellationToken)).All(archive => archive.Name != name))
            return Refusal.Of(StatusCodes.Status404NotFound, "archive_unknown", $"No archive '{name}'.");

        try
        {
            await archiver.RestoreAsync(name, cancellationToken);
        }
        catch (ArchiveException e)
        {
            return Refusal.Of(StatusCodes.Status409Conflict, "archive_damaged", e.Message);
        }

        return TypedResults.Ok((await archiver.ListAsync(cancellationToken)).First(archive => archive.Name == name));
    }
}
