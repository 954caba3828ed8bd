using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.Tokens;

namespace AlgoStack.ServiceDefaults.Tokens;

/// <summary>
/// The public keys of who issues tokens (RFC 7517), read again every five minutes, and when a token names one that is not
/// known, at most every five seconds. While the issuer is away those known are good for an hour.
/// </summary>
/// <param name="read">Reads the key set as it is now.</param>
public sealed partial class TokenKeys(Func<CancellationToken, Task<string>> read, TimeProvider clock, ILogger<TokenKeys> logger) : IDisposable
{
    private const string Curve = "P-256";

    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan LongestAway = TimeSpan.FromHours(1);
    private static readonly TimeSpan BetweenReads = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _turn = new(1);
    private volatile KnownKeys _known = new([], DateTimeOffset.MinValue);
    private DateTimeOffset _triedAt = DateTimeOffset.MinValue;

    /// <returns>Null when the issuer has no such key.</returns>
    internal async Task<SecurityKey?> FindAsync(string kid, CancellationToken cancellationToken)
    {
        if (Fits(_known, kid)) return _known.Keys[kid];

        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (Fits(_known, kid)) return _known.Keys[kid];

            if (clock.GetUtcNow() - _triedAt >= BetweenReads) await ReadAsync(cancellationToken);
        }
        finally
        {
            _turn.Release();
        }

        var known = _known;
        if (clock.GetUtcNow() - known.ReadAt < LongestAway) return known.Keys.GetValueOrDefault(kid);

        throw new TokenRefusedException(StatusCodes.Status503ServiceUnavailable, "token_keys_unavailable", "The issuer's keys cannot be had at the moment.", retryable: true);
    }

    public void Dispose() => _turn.Dispose();

    private bool Fits(KnownKeys known, string kid) => clock.GetUtcNow() - known.ReadAt < Fresh && known.Keys.ContainsKey(kid);

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        _triedAt = clock.GetUtcNow();
        try
        {
            // What is no key for signing on our curve is left out, so that no other kind is ever tried on a token.
            var keys = JsonWebKeySet.Create(await read(cancellationToken)).Keys
                .Where(key => key is { Kty: JsonWebAlgorithmsKeyTypes.EllipticCurve, Crv: Curve, Kid.Length: > 0, Use: null or "" or "sig" })
                .DistinctBy(key => key.Kid, StringComparer.Ordinal)
                .ToDictionary(key => key.Kid, key => (SecurityKey)key, StringComparer.Ordinal);
            _known = new KnownKeys(keys, clock.GetUtcNow());
        }
        catch (Exception e) when (e is HttpRequestException or IOException or ArgumentException or System.Data.Common.DbException
            || e is OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            LogAway(e);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The keys that tokens are signed with could not be read.")]
    private partial void LogAway(Exception exception);

    private sealed record KnownKeys(Dictionary<string, SecurityKey> Keys, DateTimeOffset ReadAt);
}
