using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text.Json;
using System.Threading.Channels;
using AlgoStack.EventStore.Streams;
using AlgoStack.Gateway.Door;
using AlgoStack.Gateway.Forwarding;
using AlgoStack.Postgres;
using AlgoStack.ServiceDefaults.Idempotency;
using AlgoStack.ServiceDefaults.Problems;
using Npgsql;
using EventLog = AlgoStack.EventStore.Streams.EventLog;
using Route = AlgoStack.Gateway.Forwarding.Route;

namespace AlgoStack.Gateway.Audit;

/// <summary>
/// Takes down every request of somebody who is known that changes something, whoever answers it, but for those of accounts, which have events of their own.
/// Nobody waits for it: what was answered is written a moment later, many at once. A change that demands <c>admin</c> alone is taken
/// down before it is passed on as well, and is not passed on where that cannot be done.
/// </summary>
internal sealed partial class RecordChanges(EventLog log, PlaceTable places, TimeProvider clock, ILogger<RecordChanges> logger) : BackgroundService
{
    /// <summary>Of the gateway's meter.</summary>
    public const string MeterName = "AlgoStack.Gateway";

    private const int MostWaiting = 10_000;
    private const int MostTogether = 500;
    private const int MostMethod = 20;
    private const int MostPath = 500;
    private const int MostKey = 255;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private static readonly Counter<long> Lost = new Meter(MeterName).CreateCounter<long>(
        "algostack.audit.lost", "{change}", "Changes that were answered and are in the log of the process alone.");

    private readonly Channel<Waiting> _waiting = Channel.CreateBounded<Waiting>(new BoundedChannelOptions(MostWaiting) { SingleReader = true });
    private readonly List<Waiting> _page = new(MostTogether);

    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (!IsChange(context))
        {
            await next(context);
            return;
        }

        var made = Read(context);
        if (AdminChanges.IsOne(context) && !await TryBeginAsync(made, context.RequestAborted))
        {
            await Problem.Unavailable("audit_unavailable", "The change cannot be taken down at the moment, and is not made without.").ExecuteAsync(context);
            return;
        }

        int? status = StatusCodes.Status500InternalServerError;
        try
        {
            await next(context);
            status = context.Response.StatusCode;
        }
        finally
        {
            var unheard = context.RequestAborted.IsCancellationRequested && !context.Response.HasStarted;
            Add(made with { Change = made.Change with { Status = unheard ? null : status } });
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        // Requests have ended by now: what they left is written before the process ends.
        _waiting.Writer.TryComplete();
        if (ExecuteTask is { } writing) await writing.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await base.StopAsync(cancellationToken);
        while (_waiting.Reader.TryRead(out var next)) _page.Add(next);
        foreach (var left in _page) Lose(left);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (await _waiting.Reader.WaitToReadAsync(stoppingToken))
        {
            while (_page.Count < MostTogether && _waiting.Reader.TryRead(out var next)) _page.Add(next);
            await WriteAsync(stoppingToken);
        }
    }

    private static bool IsChange(HttpContext context)
    {
        var method = context.Request.Method;
        return !HttpMethods.IsGet(method) && !HttpMethods.IsHead(method) && !HttpMethods.IsOptions(method) && !HttpMethods.IsConnect(method)
            && context.User.Identity is { IsAuthenticated: true } && context.GetEndpoint() is { } endpoint && endpoint.Metadata.GetMetadata<AuditsItself>() is null;
    }

    private Waiting Read(HttpContext context)
    {
        var request = context.Request;
        var change = new ChangeMade(
            context.GetEndpoint()!.Metadata.GetMetadata<Route>()?.Service ?? Routes.Gateway,
            Cut(request.Method, MostMethod),
            Cut(request.Path.ToUriComponent(), MostPath),
            null,
            request.Headers[IdempotencyKey.Header] is [{ Length: > 0 and <= MostKey } key] && key.All(c => c is > ' ' and <= '~') ? key : null,
            AuditLog.CallerOf(context.User),
            clock.GetUtcNow());
        return new Waiting(change, context.Connection.RemoteIpAddress?.ToString(), UserAgent.Of(context), Activity.Current?.Context ?? default);
    }

    private static string Cut(string text, int most) => text.Length > most ? text[..most] : text;

    private async Task<bool> TryBeginAsync(Waiting asked, CancellationToken cancellationToken)
    {
        var change = asked.Change;
        try
        {
            var session = log.OpenSession();
            session.Append(StreamOfToday(), new ChangeBegun(change.Service, change.Method, change.Path, change.IdempotencyKey, await FromAsync(asked, cancellationToken)));
            await session.SaveChangesAsync(cancellationToken);
            return true;
        }
        catch (Exception e) when (e is NpgsqlException or StoreFullException or TooManyConnectionsException)
        {
            LogAway(e);
            return false;
        }
    }

    private void Add(Waiting made)
    {
        if (!_waiting.Writer.TryWrite(made)) Lose(made);
    }

    private void Lose(Waiting made)
    {
        Lost.Add(1);
        var (change, trace) = (made.Change, TraceOf(made));
        LogLost(change.By.Id, change.Method, change.Path, change.Status, trace);
    }

    /// <summary>The page, all at once; where there is one in it that cannot be written, one by one, so that it holds no other up.</summary>
    private async Task WriteAsync(CancellationToken cancellationToken)
    {
        for (var together = _page.Count; _page.Count > 0;)
        {
            try
            {
                await AppendAsync(_page[..together], cancellationToken);
                _page.RemoveRange(0, together);
            }
            catch (Exception e) when (IsOfTheChange(e))
            {
                if (together == 1) LoseFirst(e);
                together = 1;
            }
#pragma warning disable CA1031 // Whatever it is, those that wait are not lost for it.
            catch (Exception e) when (e is not OperationCanceledException)
#pragma warning restore CA1031
            {
                var waiting = _page.Count + _waiting.Reader.Count;
                LogWaiting(e, waiting);
                await Task.Delay(Pause, clock, cancellationToken);
            }
        }
    }

    private async Task AppendAsync(IReadOnlyList<Waiting> page, CancellationToken cancellationToken)
    {
        var session = log.OpenSession();
        foreach (var made in page)
        {
            var by = await FromAsync(made, cancellationToken);
            session.Append(StreamOfToday(), new EventOrigin(TraceOf(made), null, made.Trace), made.Change with { By = by });
        }

        await session.SaveChangesAsync(cancellationToken);
    }

    /// <summary>
    /// Whether what is written is at fault, and not the server, the connection or the world outside: SQLSTATE 22 and 23, and text that is none.
    /// Two instances that begin a day's stream at once are told of what is there already: the next try goes behind it.
    /// </summary>
    private static bool IsOfTheChange(Exception e) =>
        e is PostgresException { SqlState: not PostgresErrorCodes.UniqueViolation and ['2', '2' or '3', ..] } or ArgumentException or JsonException;

    private void LoseFirst(Exception why)
    {
        LogUnwritable(why);
        Lose(_page[0]);
        _page.RemoveAt(0);
    }

    private async Task<Actor> FromAsync(Waiting made, CancellationToken cancellationToken)
    {
        var by = made.Change.By;
        return by with { PlaceId = await places.FindAsync(Guid.TryParse(by.Id, out var user) ? user : null, made.Address, made.UserAgent, cancellationToken) };
    }

    private static string? TraceOf(Waiting made) => made.Trace == default ? null : made.Trace.TraceId.ToHexString();

    private string StreamOfToday() => AuditLog.ChangesOf(clock.GetUtcNow());

    [LoggerMessage(Level = LogLevel.Error, Message = "A change cannot be written.")]
    private partial void LogUnwritable(Exception why);

    [LoggerMessage(Level = LogLevel.Critical, Message = "Not in the audit trail: {Actor} {Method} {Path} was answered {Status}, trace {Trace}.")]
    private partial void LogLost(string actor, string method, string path, int? status, string? trace);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Waiting} changes wait for the audit trail.")]
    private partial void LogWaiting(Exception exception, int waiting);

    [LoggerMessage(Level = LogLevel.Error, Message = "A change was not passed on: it could not be taken down.")]
    private partial void LogAway(Exception exception);

    /// <param name="Trace">Of the request.</param>
    private sealed record Waiting(ChangeMade Change, string? Address, string UserAgent, ActivityContext Trace);
}

/// <summary>Of an endpoint that takes down itself what it changes, or whose POST changes nothing.</summary>
internal sealed class AuditsItself;
