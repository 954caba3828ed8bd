using System.Text.Json.Nodes;
using AlgoStack.EventStore.Streams;
using AlgoStack.Testing;
using FluentAssertions;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace AlgoStack.BrokerRouting.Tests;

/// <summary>
/// The log is read for ever: <c>stored/</c> holds one event of every name as it was once written. A name may be added with
/// its sample; a sample is never changed.
/// </summary>
public sealed class StoredEventTests
{
    private static readonly string Folder = Path.Combine(Repository.Root, "tests", "BrokerRouting.Tests", "stored");

    private static readonly EventTypes Types = TypesOfTheService();

    public static TheoryData<string> Names()
    {
        var names = new TheoryData<string>();
        foreach (var file in Directory.EnumerateFiles(Folder, "*.json").Order(StringComparer.Ordinal)) names.Add(Path.GetFileNameWithoutExtension(file));
        return names;
    }

    [Fact]
    public void Every_name_has_a_sample_and_every_sample_a_name() =>
        Types.All.Select(type => type.Key).Should().BeEquivalentTo(Directory.EnumerateFiles(Folder, "*.json").Select(Path.GetFileNameWithoutExtension));

    [Theory]
    [MemberData(nameof(Names))]
    public async Task An_event_once_stored_is_read_with_all_that_it_said(string name)
    {
        var stored = await File.ReadAllBytesAsync(Path.Combine(Folder, $"{name}.json"));

        var read = Types.Deserialize(name, stored, new EventPlace($"stored/{name}.json", 1, 1));

        // What was added to the shape since may be there besides.
        var now = JsonNode.Parse(Types.Serialize(read))!.AsObject();
        foreach (var (property, value) in JsonNode.Parse(stored)!.AsObject())
            JsonNode.DeepEquals(now[property], value).Should().BeTrue("{0} of {1} was {2}, and is now {3}", property, name, value, now[property]);
    }

    private static EventTypes TypesOfTheService()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Configuration.AddInMemoryCollection(
        [
            new("ConnectionStrings:algostack", "Host=nowhere"),
            new("ConnectionStrings:messaging", "amqp://nowhere"),
            new("services:ingestion:http:0", "http://nowhere"),
            new("services:signal:http:0", "http://nowhere"),
        ]);
        return BrokerRoutingService.Build(builder).Services.GetRequiredService<EventLog>().Types;
    }
}
