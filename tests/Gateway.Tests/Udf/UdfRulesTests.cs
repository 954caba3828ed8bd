using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Gateway.Tests.Udf;

/// <summary>The rules find each field that is wrong: an answer that is right is spoilt in every way, one at a time.</summary>
public sealed class UdfRulesTests
{
    private static readonly Dictionary<string, (UdfRules.Rule Rule, string[] Optional, string Right)> Answers = new(StringComparer.Ordinal)
    {
        ["config"] = (UdfRules.Config, [], """
            {"supports_search":true,"supports_group_request":false,"supports_marks":true,"supports_timescale_marks":true,"supports_time":true,
             "exchanges":[{"value":"SIM","name":"SIM","desc":"SIM"}],"symbols_types":[{"name":"stock","value":"stock"}],"supported_resolutions":["1","1D"]}
            """),
        ["symbol"] = (UdfRules.Symbol, [], """
            {"name":"AAPL","ticker":"AAPL.SIM","description":"AAPL","type":"stock","session":"24x7","timezone":"Etc/UTC","exchange":"SIM","listed_exchange":"SIM",
             "exchange-traded":"SIM","exchange-listed":"SIM","minmov":1,"minmov2":0,"pricescale":100,"has_intraday":true,"intraday_multipliers":["1"],
             "has_daily":true,"has_weekly_and_monthly":false,"supported_resolutions":["1","1D"],"volume_precision":0,"currency_code":"USD","format":"price"}
            """),
        ["search"] = (UdfRules.Found, [], """
            [{"symbol":"AAPL","full_name":"AAPL.SIM","description":"AAPL","exchange":"SIM","ticker":"AAPL.SIM","type":"stock"}]
            """),
        ["bars"] = (UdfRules.Bars, [], """{"s":"ok","t":[60,120],"o":[1,2],"h":[3,3],"l":[1,1],"c":[2,3],"v":[5,0]}"""),
        ["no bars"] = (UdfRules.NoBars, ["nextTime"], """{"s":"no_data","nextTime":60}"""),
        ["error"] = (UdfRules.Error, [], """{"s":"error","errmsg":"unknown_symbol"}"""),
        ["quotes"] = (UdfRules.Quotes, ["chp"], """
            {"s":"ok","d":[
              {"s":"ok","n":"AAPL.SIM","v":{"short_name":"AAPL","exchange":"SIM","original_name":"AAPL.SIM","description":"AAPL","lp":2,"ch":1,"chp":100,
               "open_price":1,"high_price":2,"low_price":1,"prev_close_price":1,"volume":7}},
              {"s":"error","n":"NO.SIM","v":{},"errmsg":"unknown_symbol"}]}
            """),
        ["marks"] = (UdfRules.Marks, [], """
            {"id":["a"],"time":[60],"color":["green"],"text":["why"],"label":["L"],"labelFontColor":["white"],"minSize":[14]}
            """),
        ["timescale marks"] = (UdfRules.TimescaleMarks, [], """[{"id":"a","time":60,"color":"red","label":"S","tooltip":["Sell 1"]}]"""),
    };

    public static TheoryData<string> Names { get; } = new(Answers.Keys);

    [Theory]
    [MemberData(nameof(Names))]
    public void A_right_answer_is_right_and_any_field_that_is_missing_wrong_or_too_much_is_found(string name)
    {
        var (rule, optional, right) = Answers[name];
        FaultsOf(rule, JsonNode.Parse(right)!).Should().BeEmpty();

        var spoilt = 0;
        foreach (var (what, answer, mayBeRight) in Spoil(right, optional))
        {
            spoilt++;
            if (!mayBeRight) FaultsOf(rule, answer).Should().NotBeEmpty("of {0}: {1}", name, what);
        }

        spoilt.Should().BeGreaterThan(3);
    }

    [Theory]
    [InlineData("config", "$.supports_group_request", "true")]
    [InlineData("config", "$.supported_resolutions[0]", "\"7\"")]
    [InlineData("config", "$.supported_resolutions[0]", "\"1D\"")]
    [InlineData("symbol", "$.pricescale", "0")]
    [InlineData("symbol", "$.pricescale", "25")]
    [InlineData("symbol", "$.pricescale", "0.01")]
    [InlineData("symbol", "$.minmov", "0")]
    [InlineData("symbol", "$.session", "\"always\"")]
    [InlineData("symbol", "$.timezone", "\"Mars\"")]
    [InlineData("symbol", "$.type", "\"share\"")]
    [InlineData("symbol", "$.has_intraday", "false")]
    [InlineData("symbol", "$.has_daily", "false")]
    [InlineData("symbol", "$.has_weekly_and_monthly", "true")]
    [InlineData("symbol", "$.intraday_multipliers", "[\"5\"]")]
    [InlineData("bars", "$.s", "\"fine\"")]
    [InlineData("bars", "$.t", "[]")]
    [InlineData("bars", "$.t", "[120,60]")]
    [InlineData("bars", "$.t", "[60,60]")]
    [InlineData("bars", "$.t", "[60000000000,120000000000]")]
    [InlineData("bars", "$.t", "[60.5,120]")]
    [InlineData("bars", "$.o", "[1]")]
    [InlineData("bars", "$.h", "[0.5,3]")]
    [InlineData("bars", "$.l", "[2,1]")]
    [InlineData("bars", "$.v", "[-1,0]")]
    [InlineData("no bars", "$.nextTime", "1.5")]
    [InlineData("quotes", "$.d", "[]")]
    [InlineData("quotes", "$.d[0].v", "{}")]
    [InlineData("marks", "$.time", "[60,120]")]
    [InlineData("marks", "$.color", "[\"pink\"]")]
    [InlineData("timescale marks", "$[0].label", "\"long label\"")]
    [InlineData("timescale marks", "$[0].tooltip", "[]")]
    public void A_value_that_cannot_be_is_found(string name, string path, string value)
    {
        var (rule, _, right) = Answers[name];

        FaultsOf(rule, With(right, path, JsonNode.Parse(value))).Should().NotBeEmpty();
    }

    private static List<string> FaultsOf(UdfRules.Rule rule, JsonNode answer) => [.. rule(JsonSerializer.SerializeToElement(answer), "$")];

    /// <summary>Each field left out, each value of another kind, and each object with one more field.</summary>
    private static IEnumerable<(string What, JsonNode Answer, bool MayBeRight)> Spoil(string right, string[] optional)
    {
        foreach (var path in Paths(JsonNode.Parse(right)!).ToList())
        {
            if (Find(right, path) is JsonObject) yield return ($"{path} with one more", With(right, $"{path}.surprise", 1), false);
            if (path == "$") continue;

            yield return ($"{path} of another kind", With(right, path, Find(right, path) is JsonArray or JsonObject ? "text" : new JsonObject()), false);
            yield return ($"{path} is null", With(right, path, null), false);
            if (path.EndsWith(']')) continue;

            yield return ($"{path} left out", Without(right, path), optional.Any(o => path.EndsWith($".{o}", StringComparison.Ordinal)));
        }
    }

    private static IEnumerable<string> Paths(JsonNode node) => node switch
    {
        JsonObject fields => fields.SelectMany(f => Paths(f.Value!)).Prepend(PathOf(node)),
        JsonArray items => items.SelectMany(i => Paths(i!)).Prepend(PathOf(node)),
        _ => [PathOf(node)],
    };

    // As a path of JSON has it, but that a name with a dash needs no brackets.
    private static string PathOf(JsonNode node) => node.Parent switch
    {
        JsonObject parent => $"{PathOf(parent)}.{node.GetPropertyName()}",
        JsonArray parent => $"{PathOf(parent)}[{node.GetElementIndex()}]",
        _ => "$",
    };

    private static JsonNode? Find(string right, string path) => Parts(path).Aggregate(JsonNode.Parse(right), (node, part) => part is int index ? node![index] : node![(string)part]);

    private static JsonNode With(string right, string path, JsonNode? value)
    {
        var answer = JsonNode.Parse(right)!;
        var parts = Parts(path).ToList();
        var parent = parts[..^1].Aggregate(answer, (node, part) => part is int index ? node[index]! : node[(string)part]!);
        if (parts[^1] is int last) parent[last] = value;
        else parent[(string)parts[^1]] = value;
        return answer;
    }

    private static JsonNode Without(string right, string path)
    {
        var answer = JsonNode.Parse(right)!;
        var parts = Parts(path).ToList();
        var parent = parts[..^1].Aggregate(answer, (node, part) => part is int index ? node[index]! : node[(string)part]!);
        ((JsonObject)parent).Remove((string)parts[^1]);
        return answer;
    }

    private static IEnumerable<object> Parts(string path) => path[1..]
        .Split(['.', '[', ']'], StringSplitOptions.RemoveEmptyEntries)
        .Select(part => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? (object)index : part);
}
