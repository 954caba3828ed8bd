using System.Globalization;
using AlgoStack.Testing.Fuzzing;
using FluentAssertions;
using Xunit;
using Xunit.Abstractions;

namespace AlgoStack.SystemTests;

/// <summary>
/// The short form of <c>tests/campaign fuzz</c>, on a system of its own: what is asked halts trading and worse. It goes by the same seed
/// each time; the campaign goes by others.
/// </summary>
[Collection(SystemCollection.Name)]
public sealed class NothingOddIsAnsweredWith500(ITestOutputHelper output)
{
    private const int Seed = 1;
    private const int Count = 3_000;

    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(25);

    [Fact]
    public async Task Whatever_is_asked_is_answered_with_what_the_document_allows_or_with_a_problem()
    {
        await using var system = await FuzzRun.StartSystemAsync();

        var report = await FuzzRun.RunAsync(system, Seed, from: 0, Count, Longest);

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{report.Asked} requests to {report.Operations} operations"));
        foreach (var (status, times) in report.Answers.OrderBy(a => a.Key, StringComparer.Ordinal)) output.WriteLine($"{status,30} {times,8}");
        foreach (var finding in report.Findings) output.WriteLine(finding.ToString());
        report.Findings.Select(f => f.What).Should().BeEmpty();
        report.Asked.Should().BeGreaterThan(report.Operations, "each is asked");
        report.Answers.Keys.Should().Contain(["200", "400", "404", "422"], "it comes further than the door");
    }
}
