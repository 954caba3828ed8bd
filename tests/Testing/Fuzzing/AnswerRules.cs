using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace AlgoStack.Testing.Fuzzing;

/// <summary>What every answer holds to, whatever was asked.</summary>
internal static partial class AnswerRules
{
    /// <returns>What is wrong with it; null where nothing is.</returns>
    public static string? Broken(FuzzRequest request, RawAnswer? answer)
    {
        if (answer is null) return request.IsWhole ? "no answer" : null;
        if (answer.IsOfTheServerItself) return null;

        var text = Encoding.UTF8.GetString(answer.Body);
        if (answer.Status >= 400 && Innards().Match(text) is { Success: true } found) return $"tells of its insides: {found.Value}";

        if (answer.Status >= 400 && request.Method != "HEAD" && ProblemWith(answer) is { } problem) return problem;

        if (answer.Status == 503 && request.Operation.Allows(503)) return CodeOf(answer) is { } code && !IsMeant(code) ? $"503 {code}" : null;
        if (answer.Status >= 500) return $"{answer.Status}";

        if (request.Method == request.Operation.Method && answer.Status is >= 200 and < 300 && !request.Operation.Allows(answer.Status)) return $"{answer.Status} is not in the document";

        return answer.Status == 200 && answer.ContentType == "application/json" && request.Method != "HEAD" && !IsJson(answer.Body) ? "what is said to be JSON is none" : null;
    }

    /// <summary>Null of an answer that has no body, as to HEAD.</summary>
    public static string? CodeOf(RawAnswer answer)
    {
        if (!IsJson(answer.Body)) return null;

        using var document = JsonDocument.Parse(answer.Body);
        return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("code", out var code) ? code.GetString() : null;
    }

    private static string? ProblemWith(RawAnswer answer)
    {
        if (answer.ContentType != "application/problem+json") return $"{answer.Status} as {(answer.ContentType.Length == 0 ? "nothing" : answer.ContentType)}";

        try
        {
            using var document = JsonDocument.Parse(answer.Body);
            var problem = document.RootElement;
            if (!problem.TryGetProperty("code", out var code) || !Code().IsMatch(code.GetString() ?? "")) return $"{answer.Status} without a code";

            return problem.TryGetProperty("status", out var status) && status.GetInt32() == answer.Status ? null : $"{answer.Status} that says another status";
        }
        catch (JsonException)
        {
            return $"{answer.Status} that is no JSON";
        }
    }

    /// <summary>Nothing is away but on purpose: there is no feed and no price, and no more is done at once than may be. That a service cannot be reached is nobody's purpose.</summary>
    private static bool IsMeant(string code) =>
        code is "maintenance" or "feed_unreachable" or "venue_unreachable" or "account_down" or "queue_full" or "backtest_busy" or "too_many_followers" or "too_many_connections" or "query_too_slow"
        || code.StartsWith("token_", StringComparison.Ordinal);

    private static bool IsJson(byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    // Lines of a stack, files of source, names of our types and of those we are built with.
    [GeneratedRegex(@"\\n\s+at \w|\.cs:line|\b\w+Exception\b|\b(System|Microsoft|Npgsql|MassTransit|AlgoStack)\.[A-Z]\w+\.\w+", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Innards();

    [GeneratedRegex("^[a-z0-9_]+$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Code();
}
