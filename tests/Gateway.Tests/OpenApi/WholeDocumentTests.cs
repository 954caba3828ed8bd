using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using AlgoStack.Gateway.Forwarding;
using AlgoStack.Gateway.OpenApi;
using AlgoStack.Testing.OpenApi;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Gateway.Tests.OpenApi;

public sealed partial class WholeDocumentTests(BrokerFixture broker) : IClassFixture<BrokerFixture>
{
    private static readonly string[] Methods = ["get", "put", "post", "delete", "patch"];

    [Fact]
    public async Task One_document_has_everything_of_the_one_address_while_every_service_is_away()
    {
        var document = await ReadAsync();

        CommittedDocument.ShouldHold(document, "algostack");
        document.GetProperty("openapi").GetString().Should().StartWith("3.1.");
        var operations = Operations(document).ToList();
        operations.Select(o => o.Name).Should().Contain(
            ["get /api/v1/history", "get /api/v1/signals", "post /api/v1/orders", "get /api/v1/alerts", "post /api/v1/backtest/run", "get /api/v1/stores/signal/events", "get /udf/history", "post /auth/sign-in"]);
        operations.Select(o => o.Operation.GetProperty("operationId").GetString()).Should().OnlyHaveUniqueItems().And.OnlyContain(id => char.IsUpper(id![0]));
        operations.Should().OnlyContain(o => o.Operation.GetProperty("tags").GetArrayLength() == 1);
    }

    [Fact]
    public async Task Every_endpoint_of_every_service_is_in_it_once_under_a_path_that_is_passed_on_to_it()
    {
        var whole = Operations(await ReadAsync()).Select(o => o.Name).ToList();
        var own = new List<string>();
        await using (var gateway = await StartAsync())
        {
            own.AddRange(Operations(JsonSerializer.SerializeToElement(await gateway.Services.GetRequiredService<WholeDocument>().OwnAsync(CancellationToken.None))).Select(o => o.Name));
        }

        var count = own.Count;
        foreach (var service in Routes.Services)
        {
            var file = Path.Combine(Testing.Repository.Root, "docs", "openapi", $"{service}.json");
            using var released = JsonDocument.Parse(await File.ReadAllTextAsync(file));
            count += Operations(released.RootElement).Count();
        }

        whole.Should().HaveCount(count).And.OnlyHaveUniqueItems();
    }

    [Fact]
    public async Task Every_operation_says_what_it_demands_and_what_it_refuses()
    {
        foreach (var (name, operation) in Operations(await ReadAsync()))
        {
            var demands = operation.GetProperty("security").EnumerateArray().ToList();
            var responses = operation.GetProperty("responses").EnumerateObject().Select(r => r.Name).ToList();
            responses.Should().Contain(["429", "503"], name);
            if (demands.Count == 0) continue;

            responses.Should().Contain(["401", "403"], name);
            demands.Select(d => d.EnumerateObject().Single().Name).Should().Equal(["token", "cookie"], name);
            demands.Select(d => string.Join(' ', d.EnumerateObject().Single().Value.EnumerateArray())).Distinct(StringComparer.Ordinal).Should().ContainSingle(name)
                .Which.Should().NotBeEmpty(name);
        }
    }

    [Theory]
    [InlineData(Routes.Ingestion)]
    [InlineData(Routes.Signal)]
    [InlineData(Routes.BrokerRouting)]
    [InlineData(Routes.Alerting)]
    [InlineData(Routes.Backtest)]
    public async Task What_a_document_says_is_demanded_is_what_the_table_of_scopes_has(string service)
    {
        using var released = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(Testing.Repository.Root, "docs", "openapi", $"{service}.json")));
        var table = (await File.ReadAllLinesAsync(Path.Combine(Testing.Repository.Root, "services", service, "scopes.txt")))
            .Select(line => line.Split(' ', 3)).ToDictionary(line => $"{line[1]} {Constraint().Replace(line[2], "")}", line => line[0], StringComparer.Ordinal);

        foreach (var (name, operation) in Operations(released.RootElement))
        {
            var demanded = operation.GetProperty("security").EnumerateArray().SelectMany(way => way.GetProperty("token").EnumerateArray()).Select(role => role.GetString());
            var (method, path) = (name.Split(' ')[0].ToUpperInvariant(), name.Split(' ')[1]);
            table[$"{method} {path}"].Split('+').Should().BeEquivalentTo(demanded, name);
        }
    }

    [Fact]
    public async Task Every_reference_leads_somewhere()
    {
        var document = JsonNode.Parse((await ReadAsync()).GetRawText())!;

        References(document).Distinct(StringComparer.Ordinal)
            .Where(r => r.Split('/').Skip(1).Aggregate((JsonNode?)document, (node, part) => node?[part]) is null).Should().BeEmpty();
    }

    [Fact]
    public void Schemas_that_share_a_name_and_nothing_else_are_told_apart_and_so_is_what_holds_them()
    {
        var lot = Schema("""{"type":"object","properties":{"size":{"type":"integer"}}}""");
        var other = Schema("""{"type":"object","properties":{"size":{"type":"string"}}}""");
        var list = Schema("""{"type":"array","items":{"$ref":"#/components/schemas/Lot"}}""");
        var one = Document(("Lot", lot), ("Lots", list), ("Same", lot));
        var two = Document(("Lot", other), ("Lots", list), ("Same", lot));

        var united = SharedSchemas.Unite([("gateway", one), ("broker-routing", two)]);

        united.Select(s => s.Key).Should().Equal("BrokerRoutingLot", "BrokerRoutingLots", "GatewayLot", "GatewayLots", "Same");
        united["BrokerRoutingLots"]!["items"]!["$ref"]!.GetValue<string>().Should().Be("#/components/schemas/BrokerRoutingLot");
        two["paths"]!["/lots"]!["get"]!["$ref"]!.GetValue<string>().Should().Be("#/components/schemas/BrokerRoutingLots");
    }

    [Theory]
    [InlineData(Routes.Ingestion, "/history", "/api/v1/history", "/history", "/api/v1/ingestion/history")]
    [InlineData(Routes.Signal, "/sessions/{id}/signals", "/api/v1/sessions/{id}/signals", "/api/v1/signal/sessions/{id}/signals")]
    [InlineData(Routes.Signal, "/sessions/{id}/strategies", "/api/v1/signal/sessions/{id}/strategies")]
    [InlineData(Routes.BrokerRouting, "/sessions/{id}/progress", "/api/v1/routing/sessions/{id}/progress")]
    [InlineData(Routes.Backtest, "/api/backtest/run", "/api/v1/backtest/run", "/api/backtest/run")]
    [InlineData(Routes.Alerting, "/store/events", "/api/v1/stores/alerting/events", "/api/v1/alerting/store/events")]
    [InlineData(Routes.Ingestion, "/sessions/{id}/signals", "/api/v1/ingestion/sessions/{id}/signals")]
    [InlineData(Routes.Backtest, "/lots")]
    public void A_path_of_a_service_is_called_by_the_ways_that_lead_to_it(string service, string path, params string[] known) =>
        new PublicPaths(["/api/v1/status"]).Of(service, path).Should().Equal(known);

    private Task<GatewayUnderTest> StartAsync() => GatewayUnderTest.StartAsync(broker, new Dictionary<string, Uri>(StringComparer.Ordinal));

    private async Task<JsonElement> ReadAsync()
    {
        await using var gateway = await StartAsync();
        using var http = new HttpClient { BaseAddress = gateway.Address };
        return JsonDocument.Parse(await http.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative))).RootElement;
    }

    private static IEnumerable<(string Name, JsonElement Operation)> Operations(JsonElement document) => document.GetProperty("paths").EnumerateObject()
        .SelectMany(path => path.Value.EnumerateObject().Where(o => Methods.Contains(o.Name)).Select(o => ($"{o.Name} {path.Name}", o.Value)));

    private static IEnumerable<string> References(JsonNode? node) => node switch
    {
        JsonObject o => o.SelectMany(m => m.Key == "$ref" ? [m.Value!.GetValue<string>()] : References(m.Value)),
        JsonArray a => a.SelectMany(References),
        _ => [],
    };

    [GeneratedRegex(":[a-z]+(?=})", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Constraint();

    private static JsonNode Schema(string json) => JsonNode.Parse(json)!;

    private static JsonObject Document(params (string Name, JsonNode Schema)[] schemas) => new()
    {
        ["paths"] = JsonNode.Parse("""{"/lots":{"get":{"$ref":"#/components/schemas/Lots"}}}"""),
        ["components"] = new JsonObject { ["schemas"] = new JsonObject(schemas.Select(s => KeyValuePair.Create(s.Name, (JsonNode?)s.Schema.DeepClone()))) },
    };
}
