using System.Globalization;
using AlgoStack.Gateway.Door;
using AlgoStack.Gateway.Oidc;
using AlgoStack.ServiceDefaults.Problems;
using Npgsql;

namespace AlgoStack.Gateway.Bans;

/// <summary>
/// Keeps who is at a banned address from trying to get in: 429 <c>address_banned</c> with <c>Retry-After</c>. Whoever is in goes on: with a good
/// token, and with a good refresh token for the next one.
/// </summary>
internal sealed class TurnAwayBanned(FailedAddresses failures)
{
    // No honest client ever has one. Not among them: tokens that were good once, and those of a key that somebody threw away.
    private static readonly HashSet<string> Forged = new(StringComparer.Ordinal)
    {
        "token_malformed", "token_too_large", "token_algorithm_invalid", "token_type_invalid", "token_signature_invalid",
        "token_issuer_invalid", "token_audience_invalid",
    };

    private static readonly PathString[] Tries = ["/auth/sign-in", "/auth/users", "/auth/token", TakeIssuersToken.Path, "/hooks"];

    public async Task HandleAsync(HttpContext context, RequestDelegate next)
    {
        var forged = await WhoAsks.RefusedAsync(context) is { } refused && Forged.Contains(refused.Code);
        if (!forged && (!Array.Exists(Tries, t => context.Request.Path.StartsWithSegments(t, StringComparison.OrdinalIgnoreCase)) || context.User.Identity is { IsAuthenticated: true }))
        {
            await next(context);
            return;
        }

        if (await BannedForAsync(context, forged) is { } until)
        {
            context.Response.Headers.RetryAfter = Math.Max(1, Math.Ceiling(until.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
            await Problem.Of(
                    StatusCodes.Status429TooManyRequests,
                    "address_banned",
                    $"More than {FailedAddresses.Allowed} attempts from this address failed; none is looked at for {FailedAddresses.BannedFor.TotalHours:0} hour.",
                    retryable: true)
                .ExecuteAsync(context);
            return;
        }

        await next(context);
    }

    private async Task<TimeSpan?> BannedForAsync(HttpContext context, bool forged)
    {
        try
        {
            if (await failures.BannedForAsync(context) is { } until) return until;

            if (forged) await failures.CountAsync(context);
        }
        catch (NpgsqlException)
        {
            // While the database is away nobody can get in; what demands nothing is answered all the same.
        }

        return null;
    }
}
