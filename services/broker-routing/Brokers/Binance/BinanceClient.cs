using System.Globalization;
using System.Text;
using System.Text.Json;
using AlgoStack.Trading.Venues;

namespace AlgoStack.BrokerRouting.Brokers.Binance;

/// <summary>Binance's REST API: what is sent is signed and stamped with the venue's time, and its limits are kept.</summary>
internal sealed class BinanceClient(Uri address, BinanceKey key, TimeProvider clock) : IDisposable
{
    /// <summary>How long after its stamp Binance still takes a request.</summary>
    public static readonly TimeSpan ReceiveWindow = TimeSpan.FromSeconds(5);

    /// <summary>How long Binance waits for its matching engine before it says that the outcome is not known.</summary>
    public static readonly TimeSpan EngineTime = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Deadline = EngineTime + TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan ClockKept = TimeSpan.FromMinutes(10);

    private readonly VenueHttp _http = new(address, Deadline, clock);
    private long _clockReadAt;

    public BinanceLimits Limits { get; } = new(clock);

    /// <summary>Binance's clock less ours; null before it was asked.</summary>
    public TimeSpan? ClockSkew { get; private set; }

    /// <summary>Binance's time, as far as it is known.</summary>
    public DateTimeOffset Now => clock.GetUtcNow() + (ClockSkew ?? TimeSpan.Zero);

    /// <summary>Asks for something that everybody may know.</summary>
    /// <inheritdoc cref="AskAsync"/>
    public Task<T> AskPublicAsync<T>(
        string path, IReadOnlyList<(string Name, string Value)> parameters, int weight, Func<JsonElement, T> read, CancellationToken cancellationToken) =>
        AskAsync(() => new HttpRequestMessage(HttpMethod.Get, $"{path}?{BinanceKey.Query(parameters)}"), weight, read, cancellationToken);

    /// <summary>Asks for something of the account. Where our clock is said to be wrong it is set, and asked once more.</summary>
    /// <inheritdoc cref="AskAsync"/>
    public async Task<T> AskSignedAsync<T>(
        string path, IReadOnlyList<(string Name, string Value)> parameters, int weight, Func<JsonElement, T> read, CancellationToken cancellationToken)
    {
        if (ClockSkew is not null && clock.GetElapsedTime(_clockReadAt) > ClockKept) await ReadClockAsync(cancellationToken);

        try
        {
            return await AskAsync(() => Signed(HttpMethod.Get, path, parameters), weight, read, cancellationToken);
        }
        catch (BrokerException e) when (e.Error.Category == BrokerErrorCategory.ClockSkew)
        {
            if (!await ReadClockAsync(cancellationToken)) throw;

            return await AskAsync(() => Signed(HttpMethod.Get, path, parameters), weight, read, cancellationToken);
        }
    }

    /// <summary>Sends once what changes something. Its weight is to be taken before.</summary>
    /// <returns>The answer, or what is wrong with it.</returns>
    public async Task<(VenueAnswer Answer, BrokerError? Error)> SendAsync(
        HttpMethod method, string path, IEnumerable<(string Name, string Value)> parameters, bool isPlacing, CancellationToken cancellationToken)
    {
        using var request = Signed(method, path, parameters);
        var answer = await _http.SendAsync(request, cancellationToken);
        var error = Heed(answer, isPlacing);

        // Not sent again, but the next one is to have the right time.
        if (error?.Category == BrokerErrorCategory.ClockSkew) await ReadClockAsync(cancellationToken);
        return (answer, error);
    }

    /// <summary>Sets our idea of Binance's clock, as if its answer had been on its way half of the time; false where it does not say.</summary>
    public async Task<bool> ReadClockAsync(CancellationToken cancellationToken)
    {
        // Without the right time no cancel is taken either.
        if (await Limits.TakeAsync(1, RequestPriority.Cancel, TimeSpan.Zero, cancellationToken) is not null) return false;

        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v3/time");
        var started = clock.GetTimestamp();
        var sentAt = clock.GetUtcNow();
        var answer = await _http.SendAsync(request, cancellationToken);
        var taken = clock.GetElapsedTime(started);
        if (Heed(answer, isPlacing: false) is not null || answer is not VenueAnswer.Given given) return false;

        try
        {
            if (VenueJson.Parse(given.Body).OptionalEpochTime("serverTime") is not { } time) return false;

            ClockSkew = time - (sentAt + (taken / 2));
            _clockReadAt = clock.GetTimestamp();
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    public void Dispose() => _http.Dispose();

    /// <param name="read">Reads the answer; what it cannot read it says by <see cref="JsonException"/>.</param>
    /// <exception cref="BrokerException">Binance refused, could not be reached or cannot be read.</exception>
    private async Task<T> AskAsync<T>(Func<HttpRequestMessage> request, int weight, Func<JsonElement, T> read, CancellationToken cancellationToken)
    {
        var answer = await _http.AskAsync(
            async token => await Limits.TakeAsync(weight, RequestPriority.Query, LongestWait, token) is { } wait ? throw Full(wait) : request(),
            given => given.Status >= 500,
            cancellationToken);
        if (Heed(answer, isPlacing: false) is { } error) throw new BrokerException(error);

        return answer switch
        {
            VenueAnswer.Given given => Read(given.Body, read),
            VenueAnswer.Lost lost => throw Unknown(lost.Reason),
            VenueAnswer.NotSent notSent => throw Unknown(notSent.Reason),
            _ => throw new InvalidOperationException($"Binance: {answer} is no answer."),
        };
    }

    private BrokerError? Heed(VenueAnswer answer, bool isPlacing)
    {
        if (answer is not VenueAnswer.Given given) return null;

        Limits.Read(given.Headers);
        if (given.IsSuccess) return null;

        var error = BinanceErrors.Read(given, isPlacing);
        Limits.Heed(error);
        return error;
    }

    private HttpRequestMessage Signed(HttpMethod method, string path, IEnumerable<(string Name, string Value)> parameters)
    {
        var query = key.SignedQuery(
        [
            .. parameters,
            ("recvWindow", ReceiveWindow.TotalMilliseconds.ToString(CultureInfo.InvariantCulture)),
            ("timestamp", Now.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture)),
        ]);
        var request = method == HttpMethod.Post
            ? new HttpRequestMessage(method, path) { Content = new StringContent(query, Encoding.UTF8, "application/x-www-form-urlencoded") }
            : new HttpRequestMessage(method, $"{path}?{query}");
        request.Headers.Add("X-MBX-APIKEY", key.Reveal());
        return request;
    }

    private static T Read<T>(ReadOnlyMemory<byte> body, Func<JsonElement, T> read)
    {
        try
        {
            return read(VenueJson.Parse(body));
        }
        catch (JsonException e)
        {
            throw new BrokerException(
                new BrokerError(BrokerErrorCategory.OutcomeUnknown, null, $"An answer that cannot be read: {e.Message}", PlacementOutcome.NotApplicable), e);
        }
    }

    private static BrokerException Unknown(string reason) =>
        new(new BrokerError(BrokerErrorCategory.OutcomeUnknown, null, reason, PlacementOutcome.NotApplicable));

    private static BrokerException Full(TimeSpan wait) =>
        new(new BrokerError(BrokerErrorCategory.RateLimited, null, "Our own limit is reached.", PlacementOutcome.NotApplicable, RetryRule.After, wait));
}
