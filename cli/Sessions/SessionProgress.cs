using System.Net;
using AlgoStack.Cli.Reaching;
using AlgoStack.Contracts.Alerts;
using AlgoStack.Contracts.MarketData;
using AlgoStack.Contracts.Orders;

namespace AlgoStack.Cli.Sessions;

/// <summary>How far a session has come in each service, as far as they answered.</summary>
/// <param name="Trouble">What could not be asked just now, if anything.</param>
internal sealed record SessionProgress(
    SessionStatus Session, RoutingProgress? Routing, AlertingProgress? Alerting, string? Trouble)
{
    /// <summary>The source is read to its end, or as far as it can be.</summary>
    public bool IsRead => Session.State is "completed" or "failed";

    /// <summary>Nothing more will come of it: it failed, or no row of it could be used.</summary>
    public bool HasNothing => Session.State == "failed" || (IsRead && Session.BarsAccepted == 0);

    /// <summary>Everything read has become signals and orders.</summary>
    public bool IsTraded =>
        IsRead && Routing is { Ended: true, Projected: true } routing && routing.LastSequence >= Session.LastSequence;

    /// <summary>Everything has become alerts too.</summary>
    public bool IsThrough =>
        IsTraded && Alerting is { Settled: true } alerting && alerting.LastOrderPosition >= (Routing!.LastOrderPosition ?? 0);

    /// <summary>Two of these are equal when nothing has moved between them.</summary>
    public object Mark => (
        Session.State, Session.BarsRead, Session.BarsAccepted, Session.LastSequence,
        (Routing?.LastSequence, Routing?.Fills, Routing?.Ended, Routing?.Projected),
        (Alerting?.LastOrderPosition, Alerting?.Delivered, Alerting?.Failed));

    /// <summary>What is still to come, in words.</summary>
    public string Missing =>
        !IsRead ? $"ingestion has announced {Session.BarsAccepted} bars"
        : Routing is null ? "broker-routing says nothing of the session"
        : Routing.LastSequence < Session.LastSequence ? $"broker-routing has come to batch {Routing.LastSequence} of {Session.LastSequence}"
        : !Routing.Ended || !Routing.Projected ? "broker-routing is not at the session's end"
        : "alerting has not settled";

    /// <summary>
    /// Asks ingestion, broker-routing and alerting. One that is away keeps what it said before: a service that restarts
    /// goes on where it was.
    /// </summary>
    public static async Task<SessionProgress> AskAsync(
        ConsoleClient console, SessionProgress before, CancellationToken cancellationToken)
    {
        var id = Uri.EscapeDataString(before.Session.SessionId);
        var (session, noSession) = await AskAsync(console, $"/api/v1/sessions/{id}", before.Session, cancellationToken);
        var (routing, noRouting) = await AskAsync(console, $"/api/v1/routing/sessions/{id}/progress", before.Routing, cancellationToken);
        var (alerting, noAlerting) = await AskAsync(console, $"/api/v1/alerting/sessions/{id}/progress", before.Alerting, cancellationToken);
        return new SessionProgress(session!, routing, alerting, noSession ?? noRouting ?? noAlerting);
    }

    private static async Task<(T? Answer, string? Trouble)> AskAsync<T>(
        ConsoleClient console, string path, T? before, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            return (await console.GetAsync<T>(path, cancellationToken), null);
        }
        catch (ConsoleProblemException e) when (e.Status == HttpStatusCode.NotFound)
        {
            return (before, null); // It has not heard of the session yet.
        }
        catch (ConsoleProblemException e) when (e.IsPassing)
        {
            return (before, e.Message);
        }
        catch (NotReachableException e)
        {
            return (before, e.Message);
        }
    }
}
