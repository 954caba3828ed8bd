using System.Text.Json;
using AlgoStack.Protocols.Cases;
using AlgoStack.Protocols.Venues;

namespace AlgoStack.Protocols;

/// <summary>Runs the cases of a folder against our adapters, and says what failed.</summary>
internal sealed class ProtocolRun(TextWriter output)
{
    /// <param name="folder">Of one venue, or of folders of venues.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    public async Task<IReadOnlyList<CaseResult>> RunAsync(string folder)
    {
        var results = new List<CaseResult>();
        var files = Directory.EnumerateFiles(folder, "*.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToList();
        foreach (var venueFiles in files.Select(Read).OfType<FixtureFile>().GroupBy(file => file.Venue, StringComparer.Ordinal))
        {
            if (VenueUnderTest.Find(venueFiles.Key) is not { } venue)
            {
                await output.WriteLineAsync($"skipped: no adapter for {venueFiles.Key} ({venueFiles.Sum(file => file.Cases.Count)} cases)");
                continue;
            }

            foreach (var file in venueFiles)
            {
                await foreach (var result in file.RunAsync(venue)) results.Add(await ReportAsync(result));
            }
        }

        return results;

        FixtureFile? Read(string path)
        {
            try
            {
                return FixtureFile.Read(path);
            }
            catch (JsonException e)
            {
                var name = Path.GetRelativePath(folder, path);
                var failed = new CaseResult("", name, "", null, CaseOutcome.Failed, $"it is no JSON: {e.Message}");
                output.WriteLine($"FAILED {name}: {failed.Why}");
                results.Add(failed);
                return null;
            }
        }
    }

    /// <summary>A line a case and a column a venue; a dash where a venue has no such case.</summary>
    public static IEnumerable<string> Table(IReadOnlyCollection<CaseResult> results)
    {
        var venues = results.Select(result => result.Venue).Distinct(StringComparer.Ordinal).ToList();
        var titles = results.Select(Name).Distinct(StringComparer.Ordinal).ToList();
        var width = titles.Max(title => title.Length);
        yield return $"{"case".PadRight(width)}  {string.Join("  ", venues)}";
        foreach (var title in titles)
            yield return $"{title.PadRight(width)}  {string.Join("  ", venues.Select(venue => Word(venue, title).PadRight(venue.Length)))}".TrimEnd();

        string Word(string venue, string title)
        {
            var cases = results.Where(result => result.Venue == venue && Name(result) == title).ToList();
            return cases.Count == 0 ? "-"
                : cases.Exists(result => result.Outcome == CaseOutcome.Failed) ? "FAILED"
                : cases.TrueForAll(result => result.Outcome == CaseOutcome.NotOfExecution) ? "data" : "passed";
        }

        static string Name(CaseResult result) => result.Title ?? $"{Path.GetFileNameWithoutExtension(result.File)} {result.Id}";
    }

    private async Task<CaseResult> ReportAsync(CaseResult result)
    {
        if (result.Outcome == CaseOutcome.Failed) await output.WriteLineAsync($"FAILED {result.File} {result.Id}: {result.Why}");
        if (result.Outcome == CaseOutcome.NotOfExecution) await output.WriteLineAsync($"not an execution case: {result.File} {result.Id}");
        return result;
    }
}
