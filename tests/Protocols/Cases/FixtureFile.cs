using System.Text.Json;
using AlgoStack.BrokerRouting.Brokers;
using AlgoStack.Protocols.Venues;

namespace AlgoStack.Protocols.Cases;

/// <summary>A file of cases of one venue, each known by its members for what it is.</summary>
/// <param name="Name">Venue's folder and file.</param>
internal sealed record FixtureFile(string Name, string Venue, IReadOnlyList<JsonElement> Cases)
{
    /// <summary>Null where it is no file of a venue.</summary>
    public static FixtureFile? Read(string path)
    {
        var root = JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(path));
        var folder = Path.GetFileName(Path.GetDirectoryName(Path.GetFullPath(path)))!;
        if (root.ValueKind != JsonValueKind.Object || (root.Optional("cases") ?? root.Optional("vectors")) is not { ValueKind: JsonValueKind.Array } cases)
            return null;

        return new FixtureFile(
            $"{folder}/{Path.GetFileName(path)}", root.Optional("venue")?.GetString() ?? folder, [.. cases.EnumerateArray()]);
    }

    public async IAsyncEnumerable<CaseResult> RunAsync(VenueUnderTest venue)
    {
        for (var i = 0; i < Cases.Count; i++)
        {
            var fixture = Cases[i];
            var id = fixture.Optional("id")?.ToString() ?? $"#{i + 1}";
            var checks = fixture.Optional("checks") is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray().ToList() : null;
            if (checks is null)
            {
                yield return await RunAsync(venue, fixture, id);
                continue;
            }

            for (var k = 0; k < checks.Count; k++)
            {
                var check = checks[k];
                yield return await ResultAsync($"{id}.{k + 1}", Title(check) ?? Title(fixture), () => Task.FromResult(RuleCase.WhyNot(venue, fixture, check)));
            }
        }
    }

    private async Task<CaseResult> RunAsync(VenueUnderTest venue, JsonElement fixture, string id)
    {
        if (fixture.Optional("frames") is not null && StreamCase.IsMarketData(venue, fixture))
            return new CaseResult(Venue, Name, id, Title(fixture), CaseOutcome.NotOfExecution);

        return await ResultAsync(id, Title(fixture), () =>
            fixture.Optional("frames") is not null ? new StreamCase(venue, fixture).WhyNotAsync()
            : fixture.Optional("http") is not null ? ResponseCase.WhyNotAsync(venue, fixture)
            : fixture.Optional("intent") is not null ? RequestCase.WhyNotAsync(venue, fixture)
            : venue.WhyNotAsync(fixture));
    }

    private async Task<CaseResult> ResultAsync(string id, string? title, Func<Task<string?>> whyNot)
    {
        string? why;
        try
        {
            why = await whyNot();
        }
        catch (NotSupportedException e)
        {
            why = $"not supported: {e.Message}";
        }
#pragma warning disable CA1031 // Whatever an adapter throws, and whatever a fixture lacks, is the case's failure and not the run's.
        catch (Exception e)
#pragma warning restore CA1031
        {
            why = $"{e.GetType().Name}: {e.Message}";
        }

        return new CaseResult(Venue, Name, id, title, why is null ? CaseOutcome.Passed : CaseOutcome.Failed, why);
    }

    private static string? Title(JsonElement fixture) => fixture.Optional("title") is { ValueKind: JsonValueKind.String } title ? title.GetString() : null;
}
