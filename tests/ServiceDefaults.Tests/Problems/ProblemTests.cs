using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using AlgoStack.ServiceDefaults.Problems;
using FluentAssertions;
using Microsoft.AspNetCore.Builder;
using Npgsql;
using Xunit;

namespace AlgoStack.ServiceDefaults.Tests.Problems;

public sealed class ProblemTests : IAsyncLifetime
{
    private TestService _service = null!;

    public async Task InitializeAsync() => _service = await TestService.StartAsync(map: app =>
    {
        app.MapGet("/returned", () => Problem.Refused("cash_too_low", "The account has 5 USD, the order needs 12."));
        app.MapGet("/away", () => Problem.Unavailable("venue_away", "The venue does not answer."));
        app.MapGet("/thrown", string () => throw new ProblemException(409, "already_there", "There is one already."));
        app.MapGet("/broken", string () => throw new InvalidOperationException("the secret inner workings"));
        app.MapPost("/body", (Body body) => body.Count);
        app.MapPost("/whole", (Whole body) => body.Count);
        app.MapGet("/lots/{id}", (string id, long? from) => $"{id} {from}");
        app.MapGet("/kept", string () => throw new PostgresException("invalid byte sequence", "ERROR", "ERROR", PostgresErrorCodes.CharacterNotInRepertoire));
    });

    public async Task DisposeAsync() => await _service.DisposeAsync();

    [Theory]
    [InlineData("/returned", 422, "cash_too_low", false, "The account has 5 USD, the order needs 12.")]
    [InlineData("/away", 503, "venue_away", true, "The venue does not answer.")]
    [InlineData("/thrown", 409, "already_there", false, "There is one already.")]
    [InlineData("/broken", 500, "internal_error", false, "Something went wrong here; the log has the rest under this traceId.")]
    [InlineData("/nowhere", 404, "not_found", false, null)]
    public async Task What_goes_wrong_is_answered_with_a_code(string path, int status, string code, bool retryable, string? detail)
    {
        using var answer = await _service.Http.GetAsync(new Uri(path, UriKind.Relative));
        var text = await answer.Content.ReadAsStringAsync();

        Check(answer, text, status, code, retryable);
        text.Should().NotContain("secret").And.NotContain("   at ");
        if (detail is not null) JsonDocument.Parse(text).RootElement.GetProperty("detail").GetString().Should().Be(detail);
    }

    [Theory]
    [InlineData("/returned", 422, "cash_too_low")]
    [InlineData("/thrown", 409, "already_there")]
    [InlineData("/broken", 500, "internal_error")]
    [InlineData("/nowhere", 404, "not_found")]
    [InlineData("/lots/a?from=yesterday", 400, "bad_request")]
    public async Task Who_accepts_something_else_is_answered_a_problem_all_the_same(string path, int status, string code)
    {
        using var ask = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative)) { Headers = { { "Accept", "application/vnd.algostack.bars" } } };

        using var answer = await _service.Http.SendAsync(ask);

        Check(answer, await answer.Content.ReadAsStringAsync(), status, code, retryable: false);
    }

    [Fact]
    public async Task A_body_that_cannot_be_read_is_the_callers_fault_and_says_where()
    {
        using var answer = await _service.Http.PostAsJsonAsync(new Uri("/body", UriKind.Relative), new { count = "many" });
        var text = await answer.Content.ReadAsStringAsync();

        Check(answer, text, 400, "bad_request", retryable: false);
        text.Should().Contain("$.count");
    }

    [Theory]
    [InlineData("/body", """{"count":[1]}""", "$.count")]
    [InlineData("/body", """[{"count":1}]""", "$")]
    [InlineData("/body", """{"count":1""", "JSON")]
    [InlineData("/body", "", "\"body\"")]
    [InlineData("/whole", "{}", "'count'")]
    public async Task What_is_wrong_with_a_body_is_said_without_a_word_of_our_types(string path, string body, string says)
    {
        using var answer = await _service.Http.PostAsync(new Uri(path, UriKind.Relative), new StringContent(body, null, "application/json"));
        var text = await answer.Content.ReadAsStringAsync();

        Check(answer, text, 400, "bad_request", retryable: false);
        JsonDocument.Parse(text).RootElement.GetProperty("detail").GetString().Should().Contain(says).And.NotContain("AlgoStack").And.NotContain("System.").And.NotContain("Body ");
    }

    [Fact]
    public async Task A_value_of_the_address_that_cannot_be_read_is_named_without_its_type()
    {
        using var answer = await _service.Http.GetAsync(new Uri("/lots/a?from=yesterday", UriKind.Relative));
        var text = await answer.Content.ReadAsStringAsync();

        Check(answer, text, 400, "bad_request", retryable: false);
        JsonDocument.Parse(text).RootElement.GetProperty("detail").GetString().Should().Be("Failed to bind parameter \"from\" from \"yesterday\".");
    }

    [Theory]
    [InlineData("/lots/a?from=%00")]
    [InlineData("/kept")]
    public async Task Text_that_no_database_keeps_is_refused(string path)
    {
        using var answer = await _service.Http.GetAsync(new Uri(path, UriKind.Relative));

        Check(answer, await answer.Content.ReadAsStringAsync(), 400, "value_unstorable", retryable: false);
    }

    [Fact]
    public async Task A_charset_that_there_is_not_is_refused()
    {
        using var body = new ByteArrayContent("{}"u8.ToArray());
        body.Headers.TryAddWithoutValidation("Content-Type", "application/json; charset=none");

        using var answer = await _service.Http.PostAsync(new Uri("/body", UriKind.Relative), body);

        Check(answer, await answer.Content.ReadAsStringAsync(), 415, "unsupported_media_type", retryable: false);
    }

    private static void Check(HttpResponseMessage answer, string text, int status, string code, bool retryable)
    {
        answer.StatusCode.Should().Be((HttpStatusCode)status);
        answer.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");
        var problem = JsonDocument.Parse(text).RootElement;
        problem.GetProperty("status").GetInt32().Should().Be(status);
        problem.GetProperty("code").GetString().Should().Be(code);
        problem.GetProperty("retryable").GetBoolean().Should().Be(retryable);
        problem.GetProperty("traceId").GetString().Should().HaveLength(32);
        problem.GetProperty("title").GetString().Should().NotBeNullOrEmpty();
    }

    private sealed record Body(int Count);

    private sealed record Whole
    {
        public required int Count { get; init; }
    }
}
