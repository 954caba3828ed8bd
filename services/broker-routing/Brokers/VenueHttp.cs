using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;

namespace AlgoStack.BrokerRouting.Brokers;

/// <summary>
/// Requests to one venue over HTTP, each with a deadline. It tells what never left the house from what may have been heard,
/// which is what decides whether an order may be sent again.
/// </summary>
internal sealed class VenueHttp : IDisposable
{
    /// <summary>More than any answer of a venue; the rest of a longer one is not read.</summary>
    public const int MostBytes = 1 << 20;

    private const int Retries = 5;
    private const int JitterPermille = 250;
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(32);
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan KeptConnection = TimeSpan.FromMinutes(2);

    private readonly TimeProvider _clock;
    private readonly TimeSpan _deadline;
    private readonly HttpClient _http;
    private Skew? _skew;

    /// <param name="deadline">Of one request, its answer's last byte included.</param>
    public VenueHttp(Uri address, TimeSpan deadline, TimeProvider clock)
    {
        _clock = clock;
        _deadline = deadline;

        // A redirect would take keys to another host, and an order to two.
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.All,
            ConnectTimeout = ConnectTimeout,
            // A request is seen in our traces; which trace it is in is nobody else's business.
            ActivityHeadersPropagator = DistributedContextPropagator.CreateNoOutputPropagator(),
            PooledConnectionIdleTimeout = KeptConnection,
        };
        _http = new HttpClient(handler) { BaseAddress = address, Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>
    /// The venue's clock less ours: the least that the dates of its answers leave room for, null before the first. Dates have
    /// whole seconds, and an answer may be old or a request young; many of them together tell more than one.
    /// </summary>
    public TimeSpan? ClockSkew => _skew is not { } skew ? null
        : skew.Least > TimeSpan.Zero ? skew.Least
        : skew.Most < TimeSpan.Zero ? skew.Most : TimeSpan.Zero;

    /// <summary>
    /// Sends once. Never throws for what the venue or the network does, nor where the caller gives up: a question at any time, what
    /// changes something until it is on its way. From then on it goes on to its answer, for cutting it would leave only doubt.
    /// </summary>
    public async Task<VenueAnswer> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        // .NET itself sends a request without content again when a kept connection ends before the answer; with content,
        // empty or not, it does not. Content is written only once there is a connection, so that it also tells what left.
        var content = new WatchedContent(request.Content);
        if (request.Method != HttpMethod.Get) request.Content = content;

        using var timeout = new CancellationTokenSource(_deadline, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token);
        await using var givingUp = cancellationToken.Register(() =>
        {
            if (request.Method == HttpMethod.Get || content.TryGiveUp()) either.Cancel();
        });
        var sentAt = _clock.GetUtcNow();
        try
        {
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            if (response.Headers.Date is { } date) Compare(date, sentAt);
            return await ReadAsync(response, either.Token) is { } body
                ? new VenueAnswer.Given((int)response.StatusCode, response.Headers, body)
                : new VenueAnswer.Lost($"an answer of more than {MostBytes} bytes (status {(int)response.StatusCode})");
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException or InvalidDataException)
        {
            var reason = cancellationToken.IsCancellationRequested ? "given up by us"
                : timeout.IsCancellationRequested ? $"no answer within {_deadline.TotalSeconds:0.##} s"
                : e.InnerException?.Message ?? e.Message;
            return content.HasBegun || request.Method == HttpMethod.Get ? new VenueAnswer.Lost(reason) : new VenueAnswer.NotSent(reason);
        }
    }

    /// <summary>
    /// Sends a question until there is an answer to it: 5 times more, after 1 s, then twice as long each time, give or take a
    /// quarter. Whatever changes something must not go this way.
    /// </summary>
    /// <param name="request">Makes the request anew, so that what is signed with the time is.</param>
    /// <param name="isAway">Whether an answer means that asking again may help.</param>
    public async Task<VenueAnswer> AskAsync(
        Func<CancellationToken, Task<HttpRequestMessage>> request, Func<VenueAnswer.Given, bool> isAway, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            using var message = await request(cancellationToken);
            var answer = await SendAsync(message, cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
            if ((answer is VenueAnswer.Given given && !isAway(given)) || attempt == Retries) return answer;

            await Task.Delay(RetryAfter(attempt), _clock, cancellationToken);
        }
    }

    public void Dispose() => _http.Dispose();

    /// <summary>How long to wait after a failed attempt, counted from 0.</summary>
    public static TimeSpan RetryAfter(int attempt)
    {
        var delay = FirstRetry * Math.Pow(2, Math.Min(attempt, 30));
        var jitter = RandomNumberGenerator.GetInt32(-JitterPermille, JitterPermille + 1) / 1000.0;
        return (delay < LongestRetry ? delay : LongestRetry) * (1 + jitter);
    }

    private void Compare(DateTimeOffset date, DateTimeOffset sentAt)
    {
        var (least, most) = (date - _clock.GetUtcNow(), date + TimeSpan.FromSeconds(1) - sentAt);
        _skew = _skew is { } known && known.Least <= most && least <= known.Most
            ? new Skew(known.Least > least ? known.Least : least, known.Most < most ? known.Most : most)
            // What no longer fits together: a clock was set.
            : new Skew(least, most);
    }

    private static async Task<ReadOnlyMemory<byte>?> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.Content.Headers.ContentLength > MostBytes) return null;

        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        using var body = new MemoryStream();
        var buffer = new byte[16 * 1024];
        int read;
        while ((read = await stream.ReadAsync(buffer, cancellationToken)) > 0)
        {
            if (body.Length + read > MostBytes) return null;

            body.Write(buffer, 0, read);
        }

        return body.ToArray();
    }

    private sealed record Skew(TimeSpan Least, TimeSpan Most);

    private sealed class WatchedContent : HttpContent
    {
        private const int Waiting = 0;
        private const int Begun = 1;
        private const int GivenUp = 2;

        private readonly HttpContent? _inner;
        private int _state = Waiting;

        public WatchedContent(HttpContent? inner)
        {
            _inner = inner;
            foreach (var header in inner?.Headers ?? Enumerable.Empty<KeyValuePair<string, IEnumerable<string>>>())
                Headers.TryAddWithoutValidation(header.Key, header.Value);
        }

        public bool HasBegun => Volatile.Read(ref _state) == Begun;

        /// <summary>False where it is on its way already; else it never will be.</summary>
        public bool TryGiveUp() => Interlocked.CompareExchange(ref _state, GivenUp, Waiting) == Waiting;

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            if (Interlocked.CompareExchange(ref _state, Begun, Waiting) == GivenUp) throw new IOException("Given up before it was on its way.");
            if (_inner is not null) await _inner.CopyToAsync(stream);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = _inner?.Headers.ContentLength ?? 0;
            return true;
        }

        protected override void Dispose(bool disposing)
        {
            _inner?.Dispose();
            base.Dispose(disposing);
        }
    }
}
