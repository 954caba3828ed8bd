using AlgoStack.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace AlgoStack.ServiceDefaults.Http;

/// <summary>Refuses what no handler could read, before one would fail at it.</summary>
internal static class UnreadableRequests
{
    public const string ValueUnstorable = "value_unstorable";

    public const string NoTextWithNul = "A text with the character U+0000, or with half of one, cannot be kept.";

    public static void RefuseUnreadable(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        var request = context.Request;
        // In a path, Kestrel refuses it itself.
        if (request.QueryString.Value?.Contains("%00", StringComparison.Ordinal) is true)
            return Problem.Invalid(ValueUnstorable, NoTextWithNul).ExecuteAsync(context);

        return MediaTypeHeaderValue.TryParse(request.ContentType, out var type) && type is { Charset.HasValue: true, Encoding: null }
            ? Problem.Of(StatusCodes.Status415UnsupportedMediaType, "unsupported_media_type", $"Content-Type: there is no charset {type.Charset}.").ExecuteAsync(context)
            : next(context);
    });
}
