using System.Text;
using System.Text.Json;
using AlgoStack.Testing.Fuzzing;
using FluentAssertions;
using Xunit;

namespace AlgoStack.SystemTests;

/// <summary>That the fuzzer sees what it is for.</summary>
public sealed class AnswerRulesTests
{
    private const string Problem = """{"status":400,"code":"bad_request","detail":"No."}""";

    private static readonly ApiOperation Operation = new("GET", "/lots", [], null, new HashSet<string>(["200", "503", "4XX"], StringComparer.Ordinal), ForPeople: false);
    private static readonly FuzzRequest Request = new(0, Operation, "GET", [], IsWhole: true);

    [Theory]
    [InlineData(200, "application/json", "{}")]
    [InlineData(204, "", "", "204 is not in the document")]
    [InlineData(200, "application/json", "{", "what is said to be JSON is none")]
    [InlineData(400, "application/problem+json", Problem)]
    [InlineData(404, "application/problem+json", Problem, "404 that says another status")]
    [InlineData(400, "application/json", Problem, "400 as application/json")]
    [InlineData(400, "", "", "400 as nothing")]
    [InlineData(400, "application/problem+json", "{}", "400 without a code")]
    [InlineData(400, "application/problem+json", """{"status":400,"code":"Bad Request"}""", "400 without a code")]
    [InlineData(500, "application/problem+json", """{"status":500,"code":"internal_error"}""", "500")]
    [InlineData(504, "application/problem+json", """{"status":504,"code":"service_timeout"}""", "504")]
    [InlineData(503, "application/problem+json", """{"status":503,"code":"maintenance"}""")]
    [InlineData(503, "application/problem+json", """{"status":503,"code":"token_keys_unavailable"}""")]
    [InlineData(503, "application/problem+json", """{"status":503,"code":"service_unavailable"}""", "503 service_unavailable")]
    [InlineData(400, "application/problem+json", """{"status":400,"code":"a","detail":"of AlgoStack.Contracts.Orders.HaltTrading"}""", "tells of its insides: AlgoStack.Contracts.Orders")]
    [InlineData(400, "application/problem+json", """{"status":400,"code":"a","detail":"x\\n   at Lots.Read()"}""", "tells of its insides: \\n   at L")]
    [InlineData(500, "text/plain", "NullReferenceException", "tells of its insides: NullReferenceException")]
    public void An_answer_is_held_to_the_rules(int status, string type, string body, string? broken = null) =>
        AnswerRules.Broken(Request, new RawAnswer(status, new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase) { ["content-type"] = type }, Encoding.UTF8.GetBytes(body)))
            .Should().Be(broken);

    [Fact]
    public void A_whole_request_is_answered_and_half_of_one_need_not_be()
    {
        AnswerRules.Broken(Request, null).Should().Be("no answer");
        AnswerRules.Broken(Request with { IsWhole = false }, null).Should().BeNull();
    }

    [Fact]
    public void The_same_seed_and_number_make_the_same_request()
    {
        using var document = JsonDocument.Parse(
            """
            {"paths":{"/lots/{id}":{"post":{"parameters":[{"name":"id","in":"path","schema":{"type":"string"}}],"security":[],"responses":{},
            "requestBody":{"content":{"application/json":{"schema":{"type":"object","properties":{"size":{"type":"number"}}}}}}}}}}
            """);
        var known = new Dictionary<string, string>(StringComparer.Ordinal);

        byte[] Make(int seed, int number) => new RequestFuzzer(document.RootElement, seed, known).Make(number, _ => "token").Bytes;

        for (var number = 0; number < 200; number++) Make(7, number).Should().Equal(Make(7, number));
        Enumerable.Range(0, 200).Count(number => Make(7, number).SequenceEqual(Make(8, number))).Should().BeLessThan(100);
    }
}
