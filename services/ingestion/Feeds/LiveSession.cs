using System.Threading.Channels;
using AlgoStack.Contracts.MarketData;
using AlgoStack.Ingestion.Instruments;
using AlgoStack.Ingestion.Providers.Replay;
using AlgoStack.Ingestion.Quality;
using AlgoStack.Ingestion.Tape;
using AlgoStack.ServiceDefaults.Messaging;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.MarketData;

namespace AlgoStack.Ingestion.Feeds;

/// <summary>
/// The session <c>live</c>: all live feeds together, one instant a batch, going on after each restart where its journal
/// ends. Its first batches are the history that the tape already has of its instruments, as warm-up.
/// </summary>
internal sealed partial class LiveSession(
    SessionStore sessions,
    InstrumentRegistry instruments,
    BatchJournal journal,
    WarmUpReader history,
    BatchReader reader,
    OrderedPublisher publisher,
    NoticePublisher notices,
    DatabaseOutage outage,
    TimeProvider clock,
    ILogger<LiveSession> logger) : BackgroundService
{
    public const string SessionId = "live";

    /// <summary>Words of feeds that wait while the database is away; then the feeds wait.</summary>
    private const int MostWaiting = 10_000;

    /// <summary>Venues' clocks may be ahead of ours by this much.</summary>
    private static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan StopWithin = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(250);

    private readonly Channel<FeedWord> _words = Channel.CreateBounded<FeedWord>(MostWaiting);
    private readonly TaskCompletionSource<Timeframe> _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Dictionary<(string Provider, string Symbol), int> _numbers = [];
    private readonly List<Instrument> _instruments = [];
    private readonly HashSet<int> _followed = [];
    private readonly Lock _lock = new();
    private readonly BarGate _gate = new();

    /// <summary>What a feed says goes here.</summary>
    public ValueTask TellAsync(FeedWord word, CancellationToken cancellationToken) => _words.Writer.WriteAsync(word, cancellationToken);

    /// <summary>Makes a feed's instruments part of the session. The session opens with the first of them.</summary>
    public async Task FollowAsync(LiveFeed feed, CancellationToken cancellationToken)
    {
        var named = feed.Symbols.Select(symbol =>
        {
            var id = new InstrumentId($"{symbol}.{feed.Protocol.Venue}");
            return (Symbol: symbol, Instrument: InstrumentNaming.Describe(id));
        }).ToList();
        await outage.OutlastAsync(token => instruments.EnsureAsync(named.Select(n => n.Instrument), token), cancellationToken);
        lock (_lock)
        {
            foreach (var (symbol, instrument) in named)
            {
                if (_numbers.TryAdd((feed.Protocol.Provider, symbol), _instruments.Count)) _instruments.Add(instrument);
                _followed.Add(_numbers[(feed.Protocol.Provider, symbol)]);
            }
        }

        await outage.OutlastAsync(token => sessions.OpenLiveAsync(feed.Protocol.Provider, feed.Timeframe.ToString(), token), cancellationToken);
        _opened.TrySetResult(feed.Timeframe);
    }

    /// <summary>A feed's bars are not waited for any more.</summary>
    public void Unfollow(LiveFeed feed)
    {
        lock (_lock) _followed.ExceptWith(feed.Symbols.Select(symbol => _numbers[(feed.Protocol.Provider, symbol)]));
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var timeframe = await _opened.Task.WaitAsync(stoppingToken);
        var progress = await outage.OutlastAsync(
            token => sessions.ProgressAsync(SessionId, BatchCutter.Partition, token), stoppingToken);
        var announcement = new Announcement(SessionId, progress, publisher, reader, sessions, outage, clock);
        var announcing = announcement.RunAsync(stoppingToken);
        var sequence = await WarmUpAsync(timeframe, progress.Journaled, announcement, stoppingToken);
        var status = await outage.OutlastAsync(token => sessions.FindAsync(SessionId, token), stoppingToken);
        var bars = new LiveBars(status?.LastBar?.ToUnixTimeMilliseconds() ?? 0);
        var flags = new BatchFlags(SessionId, timeframe);
        try
        {
            while (true)
            {
                if (announcing.IsCompleted) await announcing;
                await WaitAsync(stoppingToken);
                while (_words.Reader.TryRead(out var word)) await TakeAsync(word, bars, stoppingToken);

                var nowMs = clock.GetUtcNow().ToUnixTimeMilliseconds();
                foreach (var over in bars.Finish(nowMs)) await CheckAsync(over, bars, stoppingToken);
                await WriteDueAsync(nowMs, stoppingToken);
            }
        }
        finally
        {
            // What is final and only waited for others must not be lost to a stop.
            using var last = new CancellationTokenSource(StopWithin, clock);
            await WriteDueAsync(long.MaxValue, last.Token);
        }

        async Task WriteDueAsync(long nowMs, CancellationToken cancellationToken)
        {
            while (bars.Next(nowMs) is { } instant)
            {
                var batch = Cutter(timeframe).Make(++sequence, Ordered(instant), warmUp: false, endOfSession: false);
                await journal.WriteAsync(batch, record: true, flags.Of(batch), cancellationToken);
                announcement.Journaled(batch);
            }
        }
    }

    // History goes before the first live bar, also when a crash came between.
    private async Task<long> WarmUpAsync(
        Timeframe timeframe, long journaled, Announcement announcement, CancellationToken cancellationToken)
    {
        var last = await outage.OutlastAsync(
            token => reader.HeadsAsync(SessionId, BatchCutter.Partition, journaled, journaled, token), cancellationToken);
        if (last.Any(head => !head.WarmUp)) return journaled;

        var after = last.Count > 0 ? last[0].Last : null;
        var rows = await outage.OutlastAsync(token => history.ReadAsync(Instruments(), timeframe, after, token), cancellationToken);
        if (rows.Count == 0) return journaled;

        var sequence = journaled;
        foreach (var cut in Cutter(timeframe).Cut(rows, oneInstant: false))
        {
            var batch = cut with { Sequence = ++sequence, WarmUp = true, EndOfSession = false };
            await announcement.HasRoomAsync(cancellationToken);
            await journal.WriteAsync(batch, record: false, [], cancellationToken);
            announcement.Journaled(batch);
        }

        LogWarmedUp(rows.Count, sequence - journaled);
        return sequence;
    }

    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        using var tick = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(_words.Reader.WaitToReadAsync(tick.Token).AsTask(), Task.Delay(Tick, clock, tick.Token));
        await tick.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
    }

    private async Task TakeAsync(FeedWord word, LiveBars bars, CancellationToken cancellationToken)
    {
        var provider = word.Feed.Protocol.Provider;
        lock (_lock) bars.Expected = _followed.Count;
        if (word.Update is { } update)
        {
            if (NumberOf(provider, update.Symbol) is not { } number) return;

            if (word.Feed.Protocol.MarksFinalBars)
            {
                if (update.Final) await CheckAsync(new InstrumentBar(number, update.Bar), bars, cancellationToken);
            }
            else if (bars.Update(number, update.Bar) is { } final)
            {
                await CheckAsync(new InstrumentBar(number, final), bars, cancellationToken);
            }
        }
        else if (word.Lost)
        {
            foreach (var symbol in word.Feed.Symbols)
            {
                if (NumberOf(provider, symbol) is { } number) bars.Forget(number);
            }
        }
        else
        {
            var news = word.Recovered
                ? Notice.Of(new FeedRecovered(SessionId, provider, clock.GetUtcNow()))
                : Notice.Of(new FeedWentQuiet(SessionId, provider, word.Feed.LastHeard, word.Quiet!));
            await outage.OutlastAsync(token => notices.AddAsync(news, token), cancellationToken);
        }
    }

    private async Task CheckAsync(InstrumentBar bar, LiveBars bars, CancellationToken cancellationToken)
    {
        var verdict = _gate.Check(bar.Instrument, bar.Bar, (clock.GetUtcNow() + ClockSkew).ToUnixTimeMilliseconds());
        if (verdict.Outcome == GateOutcome.Accepted && !bars.Add(bar)) verdict = GateVerdict.Quarantined(GateReason.Late);

        var quarantined = verdict.Reason is { } reason
            ? new QuarantinedRow(null, Instruments()[bar.Instrument].Id.Value, reason, BarGate.Explain(reason, bar.Bar))
            : null;
        var duplicate = verdict.Outcome == GateOutcome.Duplicate;
        await outage.OutlastAsync(token => sessions.CountLiveAsync(SessionId, duplicate, quarantined, token), cancellationToken);
    }

    private List<InstrumentBar> Ordered(List<InstrumentBar> instant)
    {
        var known = Instruments();
        instant.Sort((x, y) => string.CompareOrdinal(known[x.Instrument].Id.Value, known[y.Instrument].Id.Value));
        return instant;
    }

    private BatchCutter Cutter(Timeframe timeframe) => new(SessionId, timeframe, Instruments(), instruments);

    private List<Instrument> Instruments()
    {
        lock (_lock) return [.. _instruments];
    }

    private int? NumberOf(string provider, string symbol)
    {
        lock (_lock) return _numbers.TryGetValue((provider, symbol), out var number) ? number : null;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Session live starts with {Bars} bars of history in {Batches} batches.")]
    private partial void LogWarmedUp(int bars, long batches);
}
