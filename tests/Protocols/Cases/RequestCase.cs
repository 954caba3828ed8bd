using System.Collections.Concurrent;
using System.Text.Json;
using AlgoStack.BrokerRouting.Brokers;
using AlgoStack.Protocols.Venues;
using AlgoStack.Testing;
using AlgoStack.Testing.Services;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace AlgoStack.Protocols.Cases;

/// <summary>An intent, and what has to be on the wire because of it.</summary>
internal static class RequestCase
{
    public static async Task<string?> WhyNotAsync(VenueUnderTest venue, JsonElement fixture)
    {
        var intent = new Intent(fixture.GetProperty("intent"));
        var expected = fixture.GetProperty("expect");
        if (expected.Optional("method") is not { } method || expected.Optional("path") is not { } path) return "expect: it names no method and path";

        var sent = new ConcurrentQueue<SentRequest>();
        await using var server = await HttpPeer.StartAsync(routes => routes.Map("/{**path}", async context =>
        {
            var isWanted = context.Request.Method == method.GetString() && context.Request.Path == path.GetString()!.Split('?')[0];
            if (venue.Answer(context.Request, isWanted) is { } answer)
            {
                await context.Response.WriteAsync(answer, context.RequestAborted);
                return;
            }

            // Refused, so that nothing is tried again and nothing has to be made up.
            sent.Enqueue(await SentRequest.ReadAsync(context.Request));
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            await context.Response.WriteAsync("{}", context.RequestAborted);
        }));
        await using (var broker = venue.Create(server.Address, server.Address, new HurryingClock()))
        {
            await Calls.MakeAsync(broker, intent.Operation, intent);
        }

        var differences = sent.Select(request => Difference(venue, expected, request)).ToList();
        if (differences.Count == 0) return "expected a request, found none";
        return differences.Contains(null) ? null : differences[^1];
    }

    private static string? Difference(VenueUnderTest venue, JsonElement expected, SentRequest sent)
    {
        var method = expected.GetProperty("method").GetString();
        if (sent.Method != method) return $"method: expected {method}, found {sent}";

        var path = expected.GetProperty("path").GetString()!.Split('?', 2);
        if (sent.Path != path[0]) return $"path: expected {path[0]}, found {sent}";

        var members = sent.Members(expected.Optional("where")?.GetString() ?? "json");
        var inQuery = path.Length == 2 ? (sent with { Query = $"?{path[1]}" }).Members("query") : default;
        var query = path.Length == 2 ? Meaning.Difference(inQuery, sent.Members("query"), "query", nullIsAny: true) : null;
        return query
            ?? Musts(expected, members)
            ?? MustNots(expected, members)
            ?? Headers(expected, sent)
            ?? venue.WhyNotSigned(sent);
    }

    private static string? Musts(JsonElement expected, JsonElement members)
    {
        if (expected.Optional("must") is not { } must) return null;

        var rules = expected.Optional("match");
        return must.EnumerateObject()
            .Select(member => Meaning.Difference(member.Value, At(members, member.Name), member.Name, rules?.Optional(member.Name)?.GetString()))
            .FirstOrDefault(difference => difference is not null);
    }

    private static string? MustNots(JsonElement expected, JsonElement members) => expected.Optional("must_not")?.EnumerateArray()
        .Select(name => name.GetString()!)
        .Where(name => At(members, name) is not null)
        .Select(name => $"{name}: expected nothing, found {At(members, name)}")
        .FirstOrDefault();

    private static string? Headers(JsonElement expected, SentRequest sent) => expected.Optional("headers")?.EnumerateObject()
        .Where(header => !sent.Headers.TryGetValue(header.Name, out var found)
            || (header.Value.ValueKind != JsonValueKind.Null && found != header.Value.ToString()))
        .Select(header => $"header {header.Name}: expected '{header.Value}', found '{sent.Headers.GetValueOrDefault(header.Name)}'")
        .FirstOrDefault();

    // Dotted names go into nested objects, unless a member has the dot in its name.
    private static JsonElement? At(JsonElement members, string name)
    {
        if (members.ValueKind != JsonValueKind.Object) return null;
        if (members.TryGetProperty(name, out var member)) return member;

        var dot = name.IndexOf('.', StringComparison.Ordinal);
        return dot > 0 && members.TryGetProperty(name[..dot], out var nested) ? At(nested, name[(dot + 1)..]) : null;
    }
}
