using System.Collections.Concurrent;
using AlgoStack.Ingestion.Providers;
using AlgoStack.Trading.MarketData;

namespace AlgoStack.Ingestion.Feeds;

/// <summary>Why a feed could not be started; the code is stable.</summary>
internal sealed record FeedRefusal(int Status, string Code, string Detail);

/// <summary>Starts and stops live feeds, one a venue, and follows at start what was followed before.</summary>
internal sealed partial class FeedRunner(
    IEnumerable<IVenueProtocol> protocols,
    LiveSession live,
    SubscriptionStore subscriptions,
    DatabaseOutage outage,
    FeedTimings timings,
    IConfiguration configuration,
    TimeProvider clock,
    ILogger<LiveFeed> logger) : BackgroundService
{
    /// <summary>Who asks for a feed waits this long for the venue at most.</summary>
    public static readonly TimeSpan ReachWithin = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan StaleInterval = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, LiveFeed> _feeds = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _turn = new(1, 1);

    /// <summary>Follows symbols of a venue beside those it is followed for already. Null when it stands.</summary>
    public async Task<FeedRefusal?> StartAsync(string provider, IReadOnlyList<string> symbols, Timeframe timeframe, CancellationToken cancellationToken)
    {
        var protocol = protocols.FirstOrDefault(p => p.Provider == provider);
        if (protocol is null) return Invalid("provider_unknown", $"Provider: expected {string.Join(" or ", protocols.Select(p => p.Provider))}, found '{provider}'.");
        if (!protocol.Timeframes.Contains(timeframe))
        {
            return Invalid("timeframe_unsupported", $"Timeframe: {provider} has {string.Join(", ", protocol.Timeframes)}; found {timeframe}.");
        }

        var wanted = new HashSet<string>(StringComparer.Ordinal);
        foreach (var symbol in symbols)
        {
            if (protocol.Normalize(symbol) is not { } normal) return Invalid("symbol_invalid", $"Symbol: '{symbol}' can be none of {provider}.");
            wanted.Add(normal);
        }

        if (wanted.Count == 0) return Invalid("symbol_missing", "Symbols: expected at least one, found none.");

        await _turn.WaitAsync(cancellationToken);
        try
        {
            return await StartAsync(protocol, wanted, timeframe, cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Stops following a venue, for good. False when it was not followed.</summary>
    public async Task<bool> StopAsync(string provider, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            await subscriptions.RemoveAsync(provider, cancellationToken);
            if (!_feeds.TryRemove(provider, out var feed)) return false;

            await feed.DisposeAsync();
            live.Unfollow(feed);
            return true;
        }
        finally
        {
            _turn.Release();
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await Task.WhenAll(_feeds.Values.Select(f => f.DisposeAsync().AsTask()));
    }

    public override void Dispose()
    {
        base.Dispose();
        _turn.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await ResumeAsync(stoppingToken);
        using var timer = new PeriodicTimer(StaleInterval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            foreach (var feed in _feeds.Values.ToArray()) await feed.CheckStaleAsync(stoppingToken);
        }
    }

    private async Task ResumeAsync(CancellationToken stoppingToken)
    {
        await _turn.WaitAsync(stoppingToken);
        try
        {
            var known = await outage.OutlastAsync(subscriptions.ListAsync, stoppingToken);
            foreach (var group in known.GroupBy(s => s.Provider, StringComparer.Ordinal))
            {
                var protocol = protocols.FirstOrDefault(p => p.Provider == group.Key);
                if (protocol is null || !Timeframe.TryParse(group.First().Timeframe, out var timeframe)) continue;

                var feed = Make(protocol, [.. group.Select(s => s.Symbol)], timeframe);
                await live.FollowAsync(feed, stoppingToken);
                feed.Start();
                _feeds[group.Key] = feed;
                LogResumed(logger, group.Key, feed.Symbols.Count);
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task<FeedRefusal?> StartAsync(
        IVenueProtocol protocol, HashSet<string> wanted, Timeframe timeframe, CancellationToken cancellationToken)
    {
        var provider = protocol.Provider;
        if (_feeds.Values.FirstOrDefault(f => f.Timeframe != timeframe) is { } other)
        {
            return new FeedRefusal(
                StatusCodes.Status409Conflict,
                "timeframe_conflict",
                $"The live session has bars of {other.Timeframe} from {other.Protocol.Provider}; stop that feed first to follow {timeframe}.");
        }

        _feeds.TryGetValue(provider, out var old);
        if (old is not null && wanted.IsSubsetOf(old.Symbols)) return null;

        if (old is not null) wanted.UnionWith(old.Symbols);
        var feed = Make(protocol, wanted, timeframe);
        if (old is not null) await old.DisposeAsync();
        feed.Start();
        if (await ReachAsync(feed, cancellationToken) is { } refusal)
        {
            await feed.DisposeAsync();
            if (old is not null)
            {
                var again = Make(protocol, old.Symbols, timeframe);
                again.Start();
                _feeds[provider] = again;
            }

            return refusal;
        }

        await subscriptions.AddAsync(provider, wanted, timeframe.ToString(), cancellationToken);
        await live.FollowAsync(feed, cancellationToken);
        _feeds[provider] = feed;
        return null;
    }

    private async Task<FeedRefusal?> ReachAsync(LiveFeed feed, CancellationToken cancellationToken)
    {
        try
        {
            return await feed.Reached.WaitAsync(ReachWithin, clock, cancellationToken) is { } refused
                ? Invalid("feed_refused", $"{feed.Protocol.Provider} refused: {refused.Reason}")
                : null;
        }
        catch (TimeoutException)
        {
            var reason = feed.LastLoss ?? "it did not confirm the subscription";
            return new FeedRefusal(
                StatusCodes.Status503ServiceUnavailable,
                "feed_unreachable",
                $"{feed.Protocol.Provider} cannot be reached within {ReachWithin.TotalSeconds:0.##} s: {reason}");
        }
    }

    private LiveFeed Make(IVenueProtocol protocol, IReadOnlyCollection<string> symbols, Timeframe timeframe) =>
        new(protocol, UrlOf(protocol), symbols, timeframe, timings, clock, logger, live.TellAsync);

    private Uri UrlOf(IVenueProtocol protocol) =>
        FeedUrls.Read(configuration, protocol);

    private static FeedRefusal Invalid(string code, string detail) => new(StatusCodes.Status400BadRequest, code, detail);

    [LoggerMessage(Level = LogLevel.Information, Message = "Following {Provider} again for {Symbols} symbols.")]
    private static partial void LogResumed(ILogger logger, string provider, int symbols);
}
