using AlgoStack.Ingestion.Providers;
using AlgoStack.Trading.MarketData;

namespace AlgoStack.Ingestion.Feeds;

/// <summary>Something a feed has to say to the live session. Exactly one of the members is set.</summary>
internal sealed record FeedWord(LiveFeed Feed, BarUpdated? Update = null, string? Quiet = null, bool Recovered = false, bool Lost = false);

/// <summary>Follows one venue for as long as it is asked to: connects, subscribes, and comes back after each loss.</summary>
internal sealed partial class LiveFeed(
    IVenueProtocol protocol,
    Uri url,
    IReadOnlyCollection<string> symbols,
    Timeframe timeframe,
    FeedTimings timings,
    TimeProvider clock,
    ILogger logger,
    Func<FeedWord, CancellationToken, ValueTask> tell) : IAsyncDisposable
{
    // Venues send a bar's changes every few seconds, and a market may pause.
    private static readonly TimeSpan BarPatience = TimeSpan.FromSeconds(60);

    private readonly TaskCompletionSource<SubscriptionRefused?> _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;
    private int _quiet;
    private DateTimeOffset _barAt = clock.GetUtcNow();
    private bool _subscribed;

    public IVenueProtocol Protocol => protocol;

    public IReadOnlyCollection<string> Symbols => symbols;

    public Timeframe Timeframe => timeframe;

    /// <summary>When the venue was heard last; the start until then.</summary>
    public DateTimeOffset LastHeard { get; private set; } = clock.GetUtcNow();

    /// <summary>Why the last connection ended, or could not be made.</summary>
    public string? LastLoss { get; private set; }

    /// <summary>Done with the first subscription: null when it stands, else the venue's refusal.</summary>
    public Task<SubscriptionRefused?> Reached => _reached.Task;

    public void Start() => _running = RunAsync(_stop.Token);

    /// <summary>Says so when the venue is there but has sent no bar for longer than two of them take.</summary>
    public async Task CheckStaleAsync(CancellationToken cancellationToken)
    {
        var silence = clock.GetUtcNow() - _barAt;
        if (silence > TimeSpan.FromMilliseconds(2.0 * timeframe.Milliseconds) + BarPatience)
        {
            await QuietAsync($"{protocol.Provider}: no bar for {silence.TotalSeconds:0} s.", cancellationToken);
        }
    }

    /// <summary>Unsubscribes and closes.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        for (var attempt = 0; !cancellationToken.IsCancellationRequested; attempt++)
        {
            _subscribed = false;
            try
            {
                var connection = new VenueConnection(protocol, url, timings, clock, logger);
                await connection.RunAsync(symbols, timeframe, message => HearAsync(message, cancellationToken), cancellationToken);
            }
            catch (FeedLostException e)
            {
                LastLoss = e.Message;
                LogLost(logger, e.Message);
                await tell(new FeedWord(this, Lost: true), cancellationToken);
                // A connection that worked and broke is tried once before anybody is told.
                if (_subscribed) attempt = -1;
                if (!_subscribed || e.Silent) await QuietAsync(e.Message, cancellationToken);
            }

            await Task.Delay(timings.RetryAfter(Math.Max(attempt, 0), Random.Shared.NextDouble()), clock, cancellationToken);
        }
    }

    private async ValueTask HearAsync(VenueMessage? message, CancellationToken cancellationToken)
    {
        LastHeard = clock.GetUtcNow();
        switch (message)
        {
            case SubscriptionAccepted:
                _subscribed = true;
                _barAt = LastHeard;
                _reached.TrySetResult(null);
                await RecoverAsync(cancellationToken);
                break;
            case SubscriptionRefused refused:
                _reached.TrySetResult(refused);
                LogRefused(logger, protocol.Provider, refused.Reason);
                break;
            case BarUpdated update:
                _barAt = LastHeard;
                await RecoverAsync(cancellationToken);
                await tell(new FeedWord(this, Update: update), cancellationToken);
                break;
            case VenueLeaving:
                throw new FeedLostException($"{protocol.Provider}: the venue is about to close the connection.");
        }
    }

    private async ValueTask QuietAsync(string reason, CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _quiet, 1) == 0) await tell(new FeedWord(this, Quiet: reason), cancellationToken);
    }

    private async ValueTask RecoverAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _quiet, 0) == 1) await tell(new FeedWord(this, Recovered: true), cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Feed lost: {Reason}")]
    private static partial void LogLost(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Provider} refused the subscription: {Reason}")]
    private static partial void LogRefused(ILogger logger, string provider, string reason);
}
