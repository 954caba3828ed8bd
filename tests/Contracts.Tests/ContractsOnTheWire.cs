using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Contracts.Tests;

/// <summary>
/// What was once sent can still be read. A contract changes by adding a nullable field or takes a new name; the samples in
/// <c>wire</c> say what it was. See README.md beside this file for how to write a new one.
/// </summary>
public sealed class ContractsOnTheWire
{
    /// <summary>Set to <c>write</c> to write the samples that are missing; those that are there are never touched.</summary>
    private const string Variable = "ALGOSTACK_WIRE";

    private static readonly NullabilityInfoContext Nullability = new();

    public static TheoryData<string> Names { get; } = new(WireSample.Contracts.Select(WireSample.Name));

    [Theory]
    [MemberData(nameof(Names))]
    public void A_contract_has_its_sample_and_its_urn(string name)
    {
        var contract = Contract(name);

        File.Exists(WireSample.PathOf(contract)).Should().BeTrue("{0} needs tests/Contracts.Tests/wire/{0}.json", name);
        WireSample.Read(contract).Urn.Should().Be(WireSample.Urn(contract));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void What_was_sent_reads_and_writes_the_same(string name)
    {
        var contract = Contract(name);
        var sent = WireSample.Read(contract).Message;

        var written = JsonSerializer.SerializeToNode(sent.Deserialize(contract, WireSample.Json), contract, WireSample.Json);

        Differences(sent, written, name).Should().BeEmpty();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_field_added_since_can_be_absent(string name)
    {
        var contract = Contract(name);
        var sent = WireSample.Read(contract).Message;

        var added = contract.GetConstructors().MaxBy(constructor => constructor.GetParameters().Length)!.GetParameters()
            .Where(parameter => !sent.ContainsKey(JsonNamingPolicy.CamelCase.ConvertName(parameter.Name!)));

        added.Where(parameter => Nullability.Create(parameter).WriteState != NullabilityState.Nullable).Select(parameter => parameter.Name)
            .Should().BeEmpty("messages of an older version come without it");
    }

    [Fact]
    public void Every_sample_is_of_a_contract()
    {
        Directory.EnumerateFiles(WireSample.Folder, "*.json").Select(Path.GetFileNameWithoutExtension)
            .Should().BeSubsetOf(WireSample.Contracts.Select(WireSample.Name), "a contract that was sent once keeps its name");
    }

    [Fact]
    public void No_two_contracts_share_a_name()
    {
        // Exchanges and queues of ordered contracts are named without the namespace.
        WireSample.Contracts.Select(contract => contract.Name).Should().OnlyHaveUniqueItems();
    }

    private static Type Contract(string name)
    {
        var contract = WireSample.Contracts.Single(candidate => string.Equals(WireSample.Name(candidate), name, StringComparison.Ordinal));
        var path = WireSample.PathOf(contract);
        if (Environment.GetEnvironmentVariable(Variable) is "write" && !File.Exists(path)) File.WriteAllText(path, WireSample.Write(contract));
        return contract;
    }

    /// <summary>What of <paramref name="sent"/> is not the same in <paramref name="written"/>; more in the latter is no difference.</summary>
    private static IEnumerable<string> Differences(JsonNode? sent, JsonNode? written, string path) => (sent, written) switch
    {
        (JsonObject before, JsonObject after) => before.SelectMany(field => Differences(field.Value, after[field.Key], $"{path}.{field.Key}")),
        (JsonArray before, JsonArray after) when before.Count == after.Count =>
            before.SelectMany((item, index) => Differences(item, after[index], $"{path}[{index}]")),
        _ when JsonNode.DeepEquals(sent, written) => [],
        _ => [$"{path} was {sent?.ToJsonString() ?? "null"} and is {written?.ToJsonString() ?? "null"}"],
    };
}
