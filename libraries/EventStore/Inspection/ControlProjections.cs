using AlgoStack.EventStore.Streams;
using AlgoStack.EventStore.Subscriptions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace AlgoStack.EventStore.Inspection;

/// <summary>
/// <c>GET /store/projections</c>: what follows the log, where it is and whether it runs.
/// <c>POST /store/projections/{name}/rebuild</c> (202), <c>…/pause</c> and <c>…/resume</c>, with <c>{"by": …, "why": …}</c> or
/// nothing, to whichever process of the store: they answer with the projection as it is then.
/// </summary>
internal static class ControlProjections
{
    public static void Map(IEndpointRouteBuilder store)
    {
        store.MapGet("/projections", ListAsync);
        store.MapPost("/projections/{name}/rebuild", RebuildAsync)
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
        store.MapPost("/projections/{name}/pause", PauseAsync)
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
        store.MapPost("/projections/{name}/resume", ResumeAsync)
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
    }

    private static Task<StoreView> ListAsync(EventLog log, EventDaemon daemon, CancellationToken cancellationToken) =>
        ProjectionQuery.ReadAsync(log, daemon, cancellationToken);

    private static async Task<Results<Accepted<ProjectionView>, ProblemHttpResult>> RebuildAsync(
        string name, Command? command, HttpContext context, EventLog log, EventDaemon daemon, CancellationToken cancellationToken)
    {
        if (Refuse(daemon, name, f => f is Projections.Projection { Tables.Count: > 0 }, "is no projection with tables of its own") is { } refusal) return refusal;

        await daemon.StartRebuildAsync(name, By(command, context), cancellationToken);
        return TypedResults.Accepted((string?)null, await FindAsync(log, daemon, name, cancellationToken));
    }

    private static async Task<Results<Ok<ProjectionView>, ProblemHttpResult>> PauseAsync(
        string name, Command? command, HttpContext context, EventLog log, EventDaemon daemon, CancellationToken cancellationToken)
    {
        if (Refuse(daemon, name, f => !log.Inline.Contains(f), "is inline, part of every append") is { } refusal) return refusal;

        await daemon.PauseAsync(name, command?.Why ?? "", By(command, context), cancellationToken);
        return TypedResults.Ok(await FindAsync(log, daemon, name, cancellationToken));
    }

    private static async Task<Results<Ok<ProjectionView>, ProblemHttpResult>> ResumeAsync(
        string name, EventLog log, EventDaemon daemon, CancellationToken cancellationToken)
    {
        if (Refuse(daemon, name, f => !log.Inline.Contains(f), "is inline, part of every append") is { } refusal) return refusal;

        await daemon.ResumeAsync(name, cancellationToken);
        return TypedResults.Ok(await FindAsync(log, daemon, name, cancellationToken));
    }

    private static ProblemHttpResult? Refuse(EventDaemon daemon, string name, Func<LogFollower, bool> canBe, string because)
    {
        if (daemon.Followers.FirstOrDefault(f => f.Name == name) is not { } follower)
        {
            return Refusal.Of(
                StatusCodes.Status404NotFound, "projection_not_found", $"'{name}' is none of {string.Join(", ", daemon.Followers.Select(f => f.Name))}.");
        }

        return canBe(follower) ? null : Refusal.Of(StatusCodes.Status409Conflict, "projection_unfit", $"{name} {because}.");
    }

    private static async Task<ProjectionView> FindAsync(EventLog log, EventDaemon daemon, string name, CancellationToken cancellationToken) =>
        (await ProjectionQuery.ReadAsync(log, daemon, cancellationToken)).Projections.First(p => p.Name == name);

    private static string By(Command? command, HttpContext context) =>
        command?.By is { Length: > 0 } by ? by : context.Connection.RemoteIpAddress?.ToString() ?? "unknown";

    /// <summary>Who asks, and why: for whoever looks.</summary>
    internal sealed record Command(string? By, string? Why);
}
