using System.Collections.Concurrent;
using System.Security.Claims;
using AlgoStack.Gateway.ApiKeys;
using AlgoStack.Gateway.Oidc;
using AlgoStack.Gateway.Sessions;
using AlgoStack.ServiceDefaults.Tokens;

namespace AlgoStack.Gateway.Tokens;

/// <summary>
/// Whether what a token was had for still stands. Only here is that known before the token expires. What stood is trusted for a second, so
/// that who asks often does not ask the database as often; what this process ends has ended at once.
/// </summary>
internal sealed class TokenOrigin(TimeProvider clock)
{
    private const int MostKept = 10_000;

    private static readonly TimeSpan Trusted = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<(Guid Id, string Role), DateTimeOffset> _stood = [];
    private int _ends;

    public static Task<bool> HasEndedAsync(HttpContext context, ClaimsPrincipal principal) =>
        context.RequestServices.GetRequiredService<TokenOrigin>().HasEndedAsync(context.RequestServices, principal, context.RequestAborted);

    /// <summary>Something has been ended here: whatever stood is asked for anew.</summary>
    public void Forget()
    {
        Interlocked.Increment(ref _ends);
        _stood.Clear();
    }

    private async Task<bool> HasEndedAsync(IServiceProvider services, ClaimsPrincipal principal, CancellationToken cancellationToken)
    {
        var role = principal.FindFirstValue(TokenClaims.Role) ?? "";
        if (Guid.TryParse(principal.FindFirstValue(TokenClaims.Session), out var session))
            return !await StandsAsync((session, role), () => services.GetRequiredService<SessionTable>().IsOpenAsync(session, role, cancellationToken));
        if (Guid.TryParse(principal.FindFirstValue(TokenClaims.ApiKey), out var key))
            return !await StandsAsync((key, role), () => services.GetRequiredService<ApiKeyTable>().IsOpenAsync(key, role, cancellationToken));
        if (Guid.TryParse(principal.FindFirstValue(TokenClaims.Federated), out var user))
            return !await StandsAsync((user, role), () => services.GetRequiredService<IssuerUsers>().IsOpenAsync(user, role, cancellationToken));

        return true;
    }

    private async Task<bool> StandsAsync((Guid Id, string Role) what, Func<Task<bool>> ask)
    {
        var now = clock.GetUtcNow();
        if (_stood.TryGetValue(what, out var at) && now - at < Trusted && now >= at) return true;

        var ends = Volatile.Read(ref _ends);
        if (!await ask()) return false;

        if (_stood.Count >= MostKept) _stood.Clear();
        _stood[what] = now;
        // What was ended while the database was asked may have been asked about before.
        if (ends != Volatile.Read(ref _ends)) _stood.Clear();
        return true;
    }
}
