using System.Buffers;
using System.Net.WebSockets;
using System.Threading.Channels;

namespace AlgoStack.Gateway.Push;

/// <summary>
/// One client: what it wants, and its place in the journal. Nothing waits here for it but replies to what it asked. Whoever
/// holds the line calls <see cref="TellAsync"/> with what comes in, one after the other, and gives <see cref="RunAsync"/>
/// the way out.
/// </summary>
internal sealed class PushConnection(PushFeed feed, PushCaller caller, CheckToken tokens, TimeProvider clock)
{
    /// <summary>Messages in a row that make no sense.</summary>
    public const int MostBad = 20;

    /// <summary>After so long a silence it is said that the line still stands, and how far it has come.</summary>
    public static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);

    public static readonly TimeSpan LongestWrite = TimeSpan.FromSeconds(10);

    // Who reads slowly keeps no more than this alive of what the journal has let go of.
    private const int MostRead = 256;
    private const int MostReadBytes = 128 * 1024;
    private const int MostRequests = 16;

    private readonly PushJournal _journal = feed.Journal;
    private readonly Channel<PushRequest> _requests = Channel.CreateBounded<PushRequest>(new BoundedChannelOptions(MostRequests) { SingleReader = true });
    private volatile TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile PushSubscription[] _subscriptions = [];
    private volatile PushCaller _caller = caller;
    private volatile PushEnd? _end;
    private long _cursor;
    private int _bad;

    public PushCaller Caller => _caller;

    /// <summary>All that is subscribed to.</summary>
    public PushKinds Kinds => _subscriptions.Aggregate(PushKinds.None, (kinds, subscription) => kinds | subscription.Kinds);

    /// <summary>Null while it goes on.</summary>
    public PushEnd? Ended => _end;

    /// <summary>Ends it; the first reason counts.</summary>
    public void End(PushEnd end)
    {
        Interlocked.CompareExchange(ref _end, end, null);
        Ring();
    }

    /// <summary>There is something new in the journal.</summary>
    public void Notice(IReadOnlyList<PushEvent> told)
    {
        // Who wants nothing of it reads on all the same before the journal has left it behind.
        if (told[^1].Sequence - Interlocked.Read(ref _cursor) >= MostRead || WantsAny(told)) Ring();
    }

    /// <summary>Takes a message of the client's. It is answered by <see cref="RunAsync"/>, in turn.</summary>
    public async Task TellAsync(PushRequest request, CancellationToken cancellationToken)
    {
        if (request is PushRequest.Renew renew)
        {
            var (renewed, refusal) = await tokens.HandleAsync(renew.Token, _caller, cancellationToken);
            _caller = renewed ?? _caller;
            request = refusal ?? (PushRequest)new PushRequest.Renewed(_caller.ExpiresAt);
        }

        try
        {
            await _requests.Writer.WriteAsync(request, cancellationToken);
            Ring();
        }
        catch (ChannelClosedException)
        {
            // It has ended.
        }
    }

    /// <summary>Sends what is wanted until it ends.</summary>
    /// <param name="send">Completes when the client has taken the message, or the line holds it.</param>
    public async Task<PushEnd> RunAsync(Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> send)
    {
        using var patience = new CancellationTokenSource(Timeout.InfiniteTimeSpan, clock);
        try
        {
            _cursor = _journal.Last;
            await SendAsync(PushReply.Hello(_journal.Epoch, _cursor));
            Func<ReadOnlyMemory<byte>, ValueTask> sending = SendAsync;
            while (_end is null) await TurnAsync(sending);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            End(PushEnd.Stuck);
        }
        catch (Exception e) when (e is WebSocketException or IOException or OperationCanceledException or InvalidOperationException)
        {
            // The line is gone.
            End(PushEnd.Left);
        }
        finally
        {
            End(PushEnd.Left);
            _requests.Writer.TryComplete();
            feed.Leave(this);
        }

        return _end!;

        async ValueTask SendAsync(ReadOnlyMemory<byte> message)
        {
            var sending = send(message, patience.Token);
            if (sending.IsCompleted)
            {
                await sending;
                return;
            }

            patience.CancelAfter(LongestWrite);
            await sending;
            patience.CancelAfter(Timeout.InfiniteTimeSpan);
        }
    }

    private async Task TurnAsync(Func<ReadOnlyMemory<byte>, ValueTask> send)
    {
        // Before reading: what is told from here on rings again.
        if (_news.Task.IsCompleted) _news = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        while (_end is null && _requests.Reader.TryRead(out var request)) await send(Answer(request));
        if (_end is not null || await SendEventsAsync(send)) return;

        await _news.Task.WaitAsync(KeepAlive, clock).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_news.Task.IsCompleted) return;

        // Past what was for others.
        await SendEventsAsync(send);
        if (_end is null) await send(PushReply.Ping(_cursor));
    }

    /// <returns>Whether there was anything in the journal, and so may be more.</returns>
    private async Task<bool> SendEventsAsync(Func<ReadOnlyMemory<byte>, ValueTask> send)
    {
        var read = ArrayPool<PushEvent>.Shared.Rent(MostRead);
        try
        {
            if (!_journal.TryRead(_cursor, read.AsSpan(0, MostRead), MostReadBytes, out var count, out var next))
            {
                End(PushEnd.TooSlow);
                return false;
            }

            for (var i = 0; i < count && _end is null; i++)
            {
                if (Wants(read[i])) await send(read[i].Json);
            }

            var moved = next > _cursor;
            Interlocked.Exchange(ref _cursor, next);
            return moved;
        }
        finally
        {
            ArrayPool<PushEvent>.Shared.Return(read, clearArray: true);
        }
    }

    private byte[] Answer(PushRequest request)
    {
        _bad = request is PushRequest.Refused ? _bad + 1 : 0;
        if (_bad > MostBad) End(PushEnd.TooManyBad);
        return request switch
        {
            PushRequest.Subscribe subscribe => Subscribe(subscribe.Subscription),
            PushRequest.Unsubscribe unsubscribe => Unsubscribe(unsubscribe.Id),
            PushRequest.Resume resume => Resume(resume),
            PushRequest.Renewed renewed => PushReply.Renewed(renewed.ExpiresAt),
            PushRequest.Refused refused => PushReply.Error(refused.Code, refused.Detail, refused.Id),
            _ => throw new ArgumentException($"{request} is no request that is answered.", nameof(request)),
        };
    }

    private byte[] Subscribe(PushSubscription subscription)
    {
        var others = _subscriptions.Where(other => other.Id != subscription.Id).ToArray();
        if (others.Length == PushRequest.MostSubscriptions) return Answer(PushRequest.TooMany(subscription.Id));

        var from = _journal.Begin(subscription.Kinds);
        // With nothing to send there is nothing to wait for.
        if (_subscriptions.Length == 0) Interlocked.Exchange(ref _cursor, from);
        _subscriptions = [.. others, subscription with { From = from }];
        return PushReply.Subscribed(subscription.Id, _cursor);
    }

    private byte[] Unsubscribe(string id)
    {
        var others = _subscriptions.Where(other => other.Id != id).ToArray();
        if (others.Length == _subscriptions.Length)
            return Answer(new PushRequest.Refused("subscription_unknown", "There is no subscription of this id.", id));

        _subscriptions = others;
        return PushReply.Unsubscribed(id, _cursor);
    }

    /// <summary>Goes on after the last that was seen, or says that it cannot, and goes on from now.</summary>
    private byte[] Resume(PushRequest.Resume resume)
    {
        var kinds = resume.Subscriptions.Aggregate(PushKinds.None, (all, subscription) => all | subscription.Kinds);
        var reason = resume.Epoch != _journal.Epoch ? "epoch_over: the gateway has started anew."
            : !_journal.Reaches(resume.Sequence) ? "too_long_ago: the journal does not reach back to it."
            : null;
        var last = _journal.Begin(kinds);
        var from = reason is null ? resume.Sequence : last;
        Interlocked.Exchange(ref _cursor, from);
        _subscriptions = [.. resume.Subscriptions.Select(subscription => subscription with { From = from })];
        return reason is null ? PushReply.Resumed(from) : PushReply.Reset(_journal.Epoch, from, kinds, reason);
    }

    private bool WantsAny(IReadOnlyList<PushEvent> told)
    {
        for (var i = 0; i < told.Count; i++)
        {
            if (Wants(told[i])) return true;
        }

        return false;
    }

    private bool Wants(PushEvent pushed)
    {
        foreach (var subscription in _subscriptions)
        {
            if (subscription.Wants(pushed)) return true;
        }

        return false;
    }

    private void Ring() => _news.TrySetResult();
}
