using System.Globalization;
using System.Text.Json;
using AlgoStack.Alerting.Alerts;

namespace AlgoStack.Alerting.Rules;

/// <summary>What is known of one service's health.</summary>
/// <param name="BadInARow">Bad answers since the last good one.</param>
/// <param name="Heard">Whether it ever answered well: one that is still starting is not yet down.</param>
/// <param name="Told">Whether a person has been told that it is down.</param>
public readonly record struct ServiceHealth(int BadInARow, bool Heard, bool Told);

/// <summary>A service that does not answer, or not well, twice in a row; told once until it answers well again.</summary>
public static class HealthRule
{
    public const string Down = "service-down";
    public const string Recovered = "service-recovered";

    /// <summary>Bad answers in a row that make a service down: one alone is a restart or a slow moment.</summary>
    public const int BadAnswersToBeDown = 2;

    /// <summary>Bad answers in a row that make a service down that has never answered well since alerting started.</summary>
    public const int BadAnswersWhileStarting = 20;

    private const int LongestAnswer = 300;

    /// <param name="problem">What was wrong with the answer; null when it was good.</param>
    /// <param name="at">When it was asked.</param>
    public static (ServiceHealth Health, AlertDraft? Draft) On(ServiceHealth health, string service, string? problem, DateTimeOffset at)
    {
        var moment = at.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);
        if (problem is null)
        {
            // Asked for on the first good answer too: an alert may be open from before alerting was started again.
            var recovered = health is { Heard: true, Told: false } ? null : new AlertDraft(
                AlertId.From(Recovered, service, moment),
                Severity.Info,
                Recovered,
                AlertText.Title($"{service} is healthy again"),
                string.Empty,
                SessionId: null,
                ClosesKey: Key(service));
            return (new ServiceHealth(0, Heard: true, Told: false), recovered);
        }

        var bad = health.BadInARow + 1;
        if (health.Told || bad < (health.Heard ? BadAnswersToBeDown : BadAnswersWhileStarting))
            return (health with { BadInARow = bad }, null);

        return (health with { BadInARow = bad, Told = true }, new AlertDraft(
            AlertId.From(Down, service, moment),
            Severity.Critical,
            Down,
            AlertText.Title($"{service} is down"),
            AlertText.Body($"{bad.ToString(CultureInfo.InvariantCulture)} bad answers in a row, the last: {problem}"),
            SessionId: null,
            OpensKey: Key(service)));
    }

    /// <summary>What is wrong, out of the body of a health endpoint: the checks that are not healthy, each with its reason.</summary>
    public static string Problem(int status, string body)
    {
        var checks = BadChecks(body);
        var what = checks.Count > 0 ? string.Join("; ", checks) : AlertText.Cut(AlertText.Title(body), LongestAnswer);
        return string.Create(CultureInfo.InvariantCulture, $"HTTP {status}: {what}");
    }

    private static List<string> BadChecks(string body)
    {
        try
        {
            using var answer = JsonDocument.Parse(body);
            return [.. answer.RootElement.GetProperty("checks").EnumerateObject()
                .Select(check => (check.Name, Status: check.Value.GetProperty("status").GetString(), Reason: Reason(check.Value)))
                .Where(check => check.Status != "healthy")
                .Select(check => $"{check.Name} is {check.Status}{check.Reason}")];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            // Not the answer of one of our services: shown as it is.
            return [];
        }
    }

    private static string Reason(JsonElement check) =>
        check.TryGetProperty("reason", out var reason) && reason.ValueKind == JsonValueKind.String ? $", {reason.GetString()}" : string.Empty;

    private static string Key(string service) => $"health/{service}";
}
