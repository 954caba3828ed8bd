using System.Text.Json.Nodes;
using AlgoStack.Testing.OpenApi;
using FluentAssertions;
using Xunit;

namespace AlgoStack.ServiceDefaults.Tests.OpenApi;

/// <summary>Each case changes one thing of a document: what breaks a caller is named, what does not is no matter.</summary>
public sealed class BreakingChangesTests
{
    private const string Document =
        """
        {
          "paths": {
            "/lots": {
              "post": {
                "x-aliases": ["/old/lots"],
                "security": [{ "token": ["read"] }],
                "parameters": [
                  { "name": "dry", "in": "query", "schema": { "type": "boolean" } },
                  { "name": "page", "in": "query", "schema": { "type": "integer", "maximum": 100, "minimum": 1 } }
                ],
                "requestBody": { "required": true, "content": { "application/json": { "schema": { "$ref": "#/components/schemas/NewLot" } } } },
                "responses": {
                  "200": { "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Lot" } } } },
                  "404": { "description": "None." }
                }
              },
              "get": {
                "security": [],
                "responses": { "200": { "content": { "application/json": { "schema": { "type": "array", "items": { "$ref": "#/components/schemas/Lot" } } } } } }
              }
            }
          },
          "components": {
            "schemas": {
              "NewLot": {
                "type": "object",
                "required": ["size"],
                "properties": {
                  "size": { "type": "number", "format": "double" },
                  "note": { "type": ["string", "null"], "maxLength": 10 },
                  "side": { "enum": ["buy", "sell"] },
                  "prices": { "type": "array", "items": { "type": "number" } }
                }
              },
              "Lot": {
                "type": "object",
                "required": ["size", "parent"],
                "properties": {
                  "size": { "type": "integer", "format": "int32" },
                  "side": { "enum": ["buy", "sell"] },
                  "labels": { "type": "object", "additionalProperties": { "type": "string" } },
                  "parent": { "oneOf": [{ "type": "null" }, { "$ref": "#/components/schemas/Lot" }] }
                }
              }
            }
          }
        }
        """;

    public static TheoryData<string, string, string> Breaking { get; } = new()
    {
        { "paths//lots", "", "POST /lots is gone" },
        { "paths//lots/get", "", "GET /lots is gone" },
        { "paths//lots/post/x-aliases", "[]", "POST /old/lots is gone" },
        { "paths//lots/post/security", """[{ "token": ["trade"] }]""", "POST /lots: demands trade now" },
        { "paths//lots/get/security", """[{ "token": [] }]""", "GET /lots: demands a token now" },
        { "paths//lots/post/parameters/0", "", "POST /lots: query parameter dry is gone" },
        { "paths//lots/post/parameters/0/required", "true", "POST /lots: query parameter dry must be there now" },
        { "paths//lots/post/parameters/2", """{ "name": "unit", "in": "query", "required": true, "schema": {} }""", "POST /lots: query parameter unit is new and must be there" },
        { "paths//lots/post/parameters/0/schema/type", "\"integer\"", "POST /lots: query parameter dry: boolean is not taken any more, but integer" },
        { "paths//lots/post/parameters/1/schema/maximum", "50", "POST /lots: query parameter page: maximum is 50 now" },
        { "paths//lots/post/parameters/1/schema/minimum", "2", "POST /lots: query parameter page: minimum is 2 now" },
        { "paths//lots/get/requestBody", """{ "required": true, "content": {} }""", "GET /lots: a body must be there now" },
        { "paths//lots/post/requestBody/content", """{ "text/csv": { "schema": {} } }""", "POST /lots: a body of application/json is not taken any more" },
        { "paths//lots/post/responses/200", "", "POST /lots: 200 is not answered any more" },
        { "paths//lots/get/responses/200/content", """{ "text/csv": { "schema": {} } }""", "GET /lots: 200 is not answered as application/json any more" },
        { "components/schemas/NewLot/properties/note", "", "POST /lots: body.note is gone" },
        { "components/schemas/NewLot/required", """["size", "note"]""", "POST /lots: body.note must be there now" },
        { "components/schemas/NewLot/properties/note/type", "\"string\"", "POST /lots: body.note: null is not taken any more, but string" },
        { "components/schemas/NewLot/properties/note/maxLength", "9", "POST /lots: body.note: maxLength is 9 now" },
        { "components/schemas/NewLot/properties/note/minLength", "1", "POST /lots: body.note: minLength is 1 now" },
        { "components/schemas/NewLot/properties/note/pattern", "\"^a\"", "POST /lots: body.note: must match ^a now" },
        { "components/schemas/NewLot/properties/note/enum", """["a"]""", "POST /lots: body.note: is one of a now, was any" },
        { "components/schemas/NewLot/properties/size/type", "\"integer\"", "POST /lots: body.size: number is not taken any more, but integer" },
        { "components/schemas/NewLot/properties/size/format", "\"int32\"", "POST /lots: body.size: was double, is int32 now" },
        { "components/schemas/NewLot/properties/side/enum", """["buy"]""", "POST /lots: body.side: sell is no value any more" },
        { "components/schemas/NewLot/properties/prices/items/type", "\"string\"", "POST /lots: body.prices[]: number is not taken any more, but string" },
        { "components/schemas/Lot/properties/size", "", "GET /lots: 200[].size is gone" },
        { "components/schemas/Lot/properties/size/type", """["integer", "null"]""", "GET /lots: 200[].size: may be null now, was integer" },
        { "components/schemas/Lot/properties/size/type", "\"number\"", "POST /lots: 200.size: may be number now, was integer" },
        { "components/schemas/Lot/properties/size/format", "\"int64\"", "POST /lots: 200.size: was int32, is int64 now" },
        { "components/schemas/Lot/properties/side/enum", """["sell"]""", "POST /lots: 200.side: buy is no value any more" },
        { "components/schemas/Lot/required", """["parent"]""", "POST /lots: 200.size may be absent now" },
        { "components/schemas/Lot/properties/labels/additionalProperties/type", "\"number\"", "POST /lots: 200.labels.*: may be number now, was string" },
        { "components/schemas/Lot/properties/parent/oneOf/0", "", "POST /lots: 200.parent: \"null\" is no alternative any more" },
        { "components/schemas/Lot/properties/parent/oneOf/2", """{ "type": "string" }""", "POST /lots: 200.parent: may be \"string\" now" },
    };

    public static TheoryData<string, string> Additive { get; } = new()
    {
        { "paths//pages", """{ "get": { "responses": {} } }""" },
        { "paths//lots/put", """{ "responses": {} }""" },
        { "paths//lots/post/x-aliases", """["/old/lots", "/more/lots"]""" },
        { "paths//lots/post/security", "[]" },
        { "paths//lots/post/parameters/2", """{ "name": "unit", "in": "query", "schema": {} }""" },
        { "paths//lots/post/parameters/1/schema/maximum", "200" },
        { "paths//lots/post/parameters/1/schema/minimum", "0" },
        { "paths//lots/post/parameters/0/schema/type", """["boolean", "null"]""" },
        { "paths//lots/post/requestBody/required", "false" },
        { "paths//lots/post/responses/202", """{ "description": "Later." }""" },
        { "paths//lots/post/responses/404", "" },
        { "components/schemas/NewLot/properties/unit", """{ "type": "string" }""" },
        { "components/schemas/NewLot/required", "[]" },
        { "components/schemas/NewLot/properties/note/maxLength", "11" },
        { "components/schemas/NewLot/properties/note/minLength", "0" },
        { "components/schemas/NewLot/properties/side/enum", """["buy", "sell", "short"]""" },
        { "components/schemas/NewLot/properties/size/type", """["number", "string"]""" },
        { "components/schemas/Lot/properties/unit", """{ "type": ["string", "null"] }""" },
        { "components/schemas/Lot/properties/side/enum", """["buy", "sell", "short"]""" },
        { "components/schemas/Lot/required", """["size", "parent", "side"]""" },
        { "components/schemas/Lot/properties/size/description", "\"In units.\"" },
    };

    [Fact]
    public void The_same_breaks_nobody() => BreakingChanges.Between(Read(), Read()).Should().BeEmpty();

    [Theory]
    [MemberData(nameof(Breaking))]
    public void What_breaks_a_caller_is_named(string at, string value, string named) =>
        BreakingChanges.Between(Read(), Changed(at, value)).Should().Contain(named);

    [Theory]
    [MemberData(nameof(Additive))]
    public void What_is_added_breaks_nobody(string at, string value) =>
        BreakingChanges.Between(Read(), Changed(at, value)).Should().BeEmpty();

    private static JsonObject Read() => JsonNode.Parse(Document)!.AsObject();

    /// <param name="at">Names and numbers with slashes between; an empty one is a slash that begins the next.</param>
    /// <param name="value">Empty takes it away.</param>
    private static JsonObject Changed(string at, string value)
    {
        var document = Read();
        var parts = at.Replace("//", "/\u0001", StringComparison.Ordinal).Split('/').Select(p => p.Replace('\u0001', '/')).ToList();
        var holder = parts.SkipLast(1).Aggregate((JsonNode)document, (node, part) => node is JsonArray array ? array[Index(part)]! : node[part]!);
        var added = value.Length == 0 ? null : JsonNode.Parse(value);
        switch (holder)
        {
            case JsonArray array when value.Length == 0: array.RemoveAt(Index(parts[^1])); break;
            case JsonArray array when Index(parts[^1]) == array.Count: array.Add(added); break;
            case JsonArray array: array[Index(parts[^1])] = added; break;
            case JsonObject o when value.Length == 0: o.Remove(parts[^1]); break;
            default: holder[parts[^1]] = added; break;
        }

        return document;
    }

    private static int Index(string part) => int.Parse(part, System.Globalization.CultureInfo.InvariantCulture);
}
