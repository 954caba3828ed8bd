using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;

namespace AlgoStack.ServiceDefaults.Problems;

/// <summary>What the framework found wrong with a request, in words for who sent it: names of our types are none of theirs.</summary>
internal static partial class RefusedRequest
{
    private const string MissingMembers = "including: ";

    public static string Explain(BadHttpRequestException refused) => refused.InnerException switch
    {
        JsonException json when json.Message.IndexOf(MissingMembers, StringComparison.Ordinal) is var at and >= 0 => $"Missing: {json.Message[(at + MissingMembers.Length)..]}",
        // What is no JSON at all has a line; what is not the JSON that was expected has a path besides.
        JsonException { Path: { Length: > 0 } path } json when IsOfAType(json) => $"{path}: not of the type that is expected there.",
        JsonException json => $"Not JSON as it is expected, at byte {json.BytePositionInLine ?? 0} of line {json.LineNumber ?? 0} (both from 0){(json.Path is { Length: > 1 } path ? $", {path}" : "")}.",
        _ => TypeOfParameter().Replace(refused.Message, "parameter \"${name}\""),
    };

    private static bool IsOfAType(JsonException json) => json.Message.Contains("could not be converted", StringComparison.Ordinal);

    // The message has 'parameter "Nullable<long> from"'.
    [GeneratedRegex("parameter \"[^\"]* (?<name>\\w+)\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex TypeOfParameter();
}
