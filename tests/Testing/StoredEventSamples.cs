using System.Text.Json;
using System.Text.Json.Nodes;
using AlgoStack.EventStore.Streams;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Testing;

/// <summary>
/// The log is read for ever: a folder holds a sample of every shape that was ever released, as it was stored. A sample is
/// added and never changed. <c>name.json</c> is the first of its name, <c>name.2.json</c> one with what was added to the
/// shape since; beside a sample that is read as something else by now, for it is upcast, stands <c>name.read.json</c>.
/// <c>shapes.txt</c> has the names and types of all properties; a line may be added, and none may change.
/// </summary>
public abstract class StoredEventSamples
{
    private const string Read = ".read.json";

    protected abstract EventTypes Types { get; }

    /// <summary>From the repository's root.</summary>
    protected abstract string Folder { get; }

    private string FullFolder => Path.Combine(Repository.Root, Folder);

    [Fact]
    public void Every_stored_name_has_a_sample_and_every_sample_a_name() =>
        Samples().Select(NameOf).Distinct(StringComparer.Ordinal).Should().BeEquivalentTo(Types.All.Select(t => t.Key));

    [Fact]
    public void Every_shape_ever_stored_is_read_as_what_it_said()
    {
        foreach (var file in Samples())
        {
            var expected = Path.ChangeExtension(file, null) + Read;
            var said = JsonNode.Parse(File.ReadAllText(File.Exists(expected) ? expected : file))!.AsObject();
            var now = ReadToday(file);

            // What was added to the shape since may be there besides.
            foreach (var (property, value) in said)
                JsonNode.DeepEquals(now[property], value).Should().BeTrue("{0} of {1} was {2}, and is now {3}", property, file, value, now[property]);
            if (File.Exists(expected))
                now.Count.Should().Be(said.Count, "{0} says all that {1} is read as, which is {2}", expected, file, now);
        }
    }

    [Fact]
    public void Every_event_of_today_has_a_sample_of_its_whole_shape()
    {
        var whole = Samples()
            .Where(file => JsonNode.DeepEquals(ReadToday(file), JsonNode.Parse(File.ReadAllText(file))))
            .Select(NameOf).ToHashSet(StringComparer.Ordinal);

        Types.All.Where(t => Types.IsAppended(t.Value)).Select(t => t.Key).Should().BeSubsetOf(
            whole, "a property that is new needs a new sample in {0}, name.2.json and so on", FullFolder);
    }

    [Fact]
    public void Names_and_types_of_properties_are_as_released() =>
        Types.Describe().Should().Be(File.ReadAllText(Path.Combine(FullFolder, "shapes.txt")).ReplaceLineEndings("\n"));

    private IEnumerable<string> Samples() => Directory.EnumerateFiles(FullFolder, "*.json")
        .Where(file => !file.EndsWith(Read, StringComparison.Ordinal))
        .Order(StringComparer.Ordinal);

    private static string NameOf(string file) => Path.GetFileName(file).Split('.')[0];

    private JsonObject ReadToday(string file)
    {
        var data = Types.Deserialize(NameOf(file), File.ReadAllBytes(file), new EventPlace(file, 1, 1));
        return JsonSerializer.SerializeToNode(data, data.GetType(), Types.Json)!.AsObject();
    }
}
