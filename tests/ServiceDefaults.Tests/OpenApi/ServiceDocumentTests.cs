using System.Net.Http.Json;
using System.Text.Json;
using AlgoStack.ServiceDefaults.Problems;
using AlgoStack.Testing.Services;
using FluentAssertions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Xunit;

namespace AlgoStack.ServiceDefaults.Tests.OpenApi;

public sealed class ServiceDocumentTests
{
    [Fact]
    public async Task A_document_names_the_service_and_no_address()
    {
        var document = await DocumentAsync();

        document.GetProperty("openapi").GetString().Should().StartWith("3.1.");
        document.GetProperty("info").GetProperty("title").GetString().Should().Be("AlgoStack.TestService");
        document.TryGetProperty("servers", out _).Should().BeFalse();
    }

    [Fact]
    public async Task Default_endpoints_are_not_in_it()
    {
        var document = await DocumentAsync();

        document.GetProperty("paths").EnumerateObject().Select(p => p.Name).Should().Equal("/lots/{id}");
    }

    [Fact]
    public async Task A_number_is_a_number()
    {
        var properties = (await DocumentAsync()).GetProperty("components").GetProperty("schemas").GetProperty("Lot").GetProperty("properties");

        Types(properties.GetProperty("count")).Should().Equal("integer");
        Types(properties.GetProperty("price")).Should().BeEquivalentTo("number", "null");
        properties.GetProperty("count").TryGetProperty("pattern", out _).Should().BeFalse();
        Types(properties.GetProperty("name")).Should().Equal("string");
    }

    [Fact]
    public async Task A_problem_is_described_as_it_is_answered()
    {
        await using var service = await StartAsync();
        var document = await ReadAsync(service);

        using var answer = await service.Http.GetAsync(new Uri("/lots/none", UriKind.Relative));
        var answered = await answer.Content.ReadFromJsonAsync<JsonElement>();

        document.GetProperty("paths").GetProperty("/lots/{id}").GetProperty("get").GetProperty("responses").GetProperty("404")
            .GetProperty("content").EnumerateObject().Select(c => c.Name).Should().Equal("application/problem+json");
        answered.EnumerateObject().Select(p => p.Name).Should().BeSubsetOf(
            document.GetProperty("components").GetProperty("schemas").GetProperty("ProblemDetails").GetProperty("properties").EnumerateObject().Select(p => p.Name));
    }

    [Fact]
    public async Task A_document_is_held_against_the_endpoints()
    {
        await using var whole = await StartAsync();
        await DocumentedEndpoints.ShouldBeWholeAsync(whole.Http, whole.Services);

        await using var silent = await StartAsync(app => app.MapGet("/silent", IResult () => TypedResults.Ok(1)));
        await silent.Invoking(s => DocumentedEndpoints.ShouldBeWholeAsync(s.Http, s.Services)).Should().ThrowAsync<Xunit.Sdk.XunitException>();
    }

    private static string?[] Types(JsonElement schema) => schema.GetProperty("type") is { ValueKind: JsonValueKind.Array } several
        ? [.. several.EnumerateArray().Select(t => t.GetString())]
        : [schema.GetProperty("type").GetString()];

    private static Task<TestService> StartAsync(Action<WebApplication>? map = null) => TestService.StartAsync(map: app =>
    {
        map?.Invoke(app);
        app.MapGet("/lots/{id}", Results<Ok<Lot>, ProblemHttpResult> (string id) => id == "none"
                ? Problem.NotFound("lot_not_found", $"There is no lot {id}.")
                : TypedResults.Ok(new Lot(id, 1, null)))
            .ProducesProblem(StatusCodes.Status404NotFound);
    });

    private static async Task<JsonElement> DocumentAsync()
    {
        await using var service = await StartAsync();
        return await ReadAsync(service);
    }

    private static Task<JsonElement> ReadAsync(TestService service) =>
        service.Http.GetFromJsonAsync<JsonElement>(new Uri("/openapi/v1.json", UriKind.Relative));

    private sealed record Lot(string Name, int Count, decimal? Price);
}
