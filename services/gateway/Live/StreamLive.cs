using System.Text.Json;
using AlgoStack.ServiceDefaults.Problems;

namespace AlgoStack.Gateway.Live;

/// <summary>
/// <c>GET /api/v1/live?session=&amp;instrument=&amp;topics=bars,signals,orders,alerts</c>: what happens, as server-sent events.
/// <c>update</c> carries a <see cref="Contracts.Live.LiveUpdate"/>; a comment every 15 s says that the line still stands.
/// </summary>
internal sealed partial class StreamLive(LiveHub hub, TimeProvider time, IHostApplicationLifetime lifetime, ILogger<StreamLive> logger)
{
    /// <summary>No more than ten updates a second.</summary>
    public static readonly TimeSpan ShortestInterval = TimeSpan.FromMilliseconds(100);

    public static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    /// <summary>Who takes longer to read one update is let go; a page connects again by itself.</summary>
    public static readonly TimeSpan LongestWrite = TimeSpan.FromSeconds(10);

    public async Task HandleAsync(HttpContext context, string? session, string? instrument, string? topics)
    {
        if (!TryRead(topics, out var wanted))
        {
            await Problem.Invalid("topics_invalid", $"Topics: expected some of bars, signals, orders, alerts, found '{topics}'.").ExecuteAsync(context);
            return;
        }

        using var viewer = new LiveViewer(session, instrument, wanted);
        if (!hub.TryJoin(viewer))
        {
            await Problem.Unavailable("too_many_viewers", $"{LiveHub.MostViewers} viewers follow already.").ExecuteAsync(context);
            return;
        }

        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        try
        {
            await StreamAsync(context, viewer, end.Token);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The viewer has gone, or the gateway goes.
        }
        catch (OperationCanceledException)
        {
            TooSlow(LongestWrite.TotalSeconds);
            context.Abort();
        }
        finally
        {
            hub.Leave(viewer);
        }
    }

    private static bool TryRead(string? topics, out LiveTopics wanted)
    {
        wanted = topics is null ? LiveTopics.All : LiveTopics.None;
        foreach (var topic in topics?.Split(',', StringSplitOptions.TrimEntries) ?? [])
        {
            if (!Enum.TryParse<LiveTopics>(topic, ignoreCase: true, out var one) || !char.IsLetter(topic[0])) return false;

            wanted |= one;
        }

        return wanted != LiveTopics.None;
    }

    private async Task StreamAsync(HttpContext context, LiveViewer viewer, CancellationToken end)
    {
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-cache, no-transform";
        context.Response.Headers["X-Accel-Buffering"] = "no"; // nginx would hold events back
        await WriteAsync(context, "retry: 1000\nevent: hello\ndata: {}\n\n"u8.ToArray(), end);
        while (true)
        {
            if (!await viewer.WaitAsync(Heartbeat, end))
            {
                await WriteAsync(context, ": still here\n\n"u8.ToArray(), end);
                continue;
            }

            byte[] update = [.. "event: update\ndata: "u8, .. JsonSerializer.SerializeToUtf8Bytes(viewer.Take(time.GetUtcNow()), JsonSerializerOptions.Web), .. "\n\n"u8];
            await WriteAsync(context, update, end);
            await Task.Delay(ShortestInterval, time, end);
        }
    }

    private async Task WriteAsync(HttpContext context, byte[] bytes, CancellationToken end)
    {
        using var patience = new CancellationTokenSource(LongestWrite, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, end);
        await context.Response.Body.WriteAsync(bytes, both.Token);
        await context.Response.Body.FlushAsync(both.Token);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "A viewer took longer than {Seconds} s to read an update and was let go.")]
    private partial void TooSlow(double seconds);
}
