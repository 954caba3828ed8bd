using System.Globalization;
using AlgoStack.Alerting.Alerts;
using AlgoStack.Contracts.Portfolio;

namespace AlgoStack.Alerting.Rules;

/// <summary>What is known of one account at a venue.</summary>
/// <param name="GatedSince">When it was first seen not to trade; null while it trades.</param>
/// <param name="Told">Whether a person has been told that it does not trade.</param>
/// <param name="Drifts">Those that a person has been told of.</param>
public sealed record AccountHealth(DateTimeOffset? GatedSince, bool Told, IReadOnlyCollection<string> Drifts);

/// <summary>
/// An account that does not trade for a minute, told once until it trades again, and what it and its venue do not agree on,
/// each told once until it is resolved.
/// </summary>
public static class AccountRule
{
    public const string Gated = "account-gated";
    public const string Trades = "account-trades-again";
    public const string Drift = "account-drift";
    public const string Resolved = "account-drift-resolved";

    /// <summary>A lost connection is mostly back sooner.</summary>
    public static readonly TimeSpan GatedFor = TimeSpan.FromMinutes(1);

    /// <summary>What the keys of an account's drifts begin with; the rest is the drift's id.</summary>
    public static string DriftKeys(string account) => $"drift/{account}/";

    /// <param name="health">On the first look its drifts are those that an alert is open for.</param>
    /// <param name="isFirst">Whether it was not looked at before, by this process.</param>
    /// <param name="at">When it was looked at.</param>
    public static (AccountHealth Health, IReadOnlyList<AlertDraft> Drafts) On(AccountHealth health, bool isFirst, AccountView account, DateTimeOffset at)
    {
        var drafts = new List<AlertDraft>();
        var moment = at.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);
        var since = account.IsProven ? (DateTimeOffset?)null : health.GatedSince ?? at;
        var told = health.Told;
        if (since is { } from && !told && at - from >= GatedFor)
        {
            told = true;
            drafts.Add(new AlertDraft(
                AlertId.From(Gated, account.Account, moment),
                Severity.Critical,
                Gated,
                AlertText.Title($"Account {account.Account} does not trade"),
                AlertText.Body(string.Create(
                    CultureInfo.InvariantCulture, $"No order leaves for {account.Venue} since {from.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC or before: {account.GatedBecause}")),
                SessionId: null,
                OpensKey: $"account/{account.Account}"));
        }
        else if (since is null && (told || isFirst))
        {
            // On the first look too: an alert may be open from before alerting was started again.
            told = false;
            drafts.Add(new AlertDraft(
                AlertId.From(Trades, account.Account, moment),
                Severity.Info,
                Trades,
                AlertText.Title($"Account {account.Account} trades again"),
                string.Empty,
                SessionId: null,
                ClosesKey: $"account/{account.Account}"));
        }

        foreach (var drift in account.Drifts.Where(d => !health.Drifts.Contains(d.DriftId, StringComparer.Ordinal)))
        {
            drafts.Add(new AlertDraft(
                AlertId.From(Drift, account.Account, drift.DriftId, moment),
                Severity.High,
                Drift,
                AlertText.Title($"Account {account.Account} and {account.Venue} do not agree: {drift.Kind} {drift.Subject}"),
                AlertText.Body($"{drift.Detail} To be adopted or dismissed as {drift.DriftId}."),
                SessionId: null,
                OpensKey: DriftKeys(account.Account) + drift.DriftId));
        }

        foreach (var gone in health.Drifts.Where(known => account.Drifts.All(d => d.DriftId != known)))
        {
            drafts.Add(new AlertDraft(
                AlertId.From(Resolved, account.Account, gone, moment),
                Severity.Info,
                Resolved,
                AlertText.Title($"Account {account.Account} and {account.Venue}: {gone} is resolved"),
                string.Empty,
                SessionId: null,
                ClosesKey: DriftKeys(account.Account) + gone));
        }

        return (new AccountHealth(since, told, [.. account.Drifts.Select(d => d.DriftId)]), drafts);
    }
}
