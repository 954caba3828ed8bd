using System.Text.RegularExpressions;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Architecture.Tests;

public sealed partial class Layout
{
    private const int MostLinesOfProgram = 39;

    public static TheoryData<string> Services { get; } =
        new(Repository.Projects.Where(project => project.IsIn("services")).Select(project => project.Folder));

    [Theory]
    [MemberData(nameof(Services))]
    public void Program_of_a_service_fits_on_a_screen(string service)
    {
        Repository.ReadAllText($"{service}/Program.cs").TrimEnd().Split('\n').Length
            .Should().BeLessThanOrEqualTo(MostLinesOfProgram, "{0}/Program.cs says what a service is made of, and no more", service);
    }

    [Theory]
    [MemberData(nameof(Services))]
    public void Every_service_has_a_page_about_it(string service)
    {
        Repository.Files.Should().Contain($"{service}/README.md");
    }

    [Fact]
    public void No_file_or_type_has_a_name_that_says_nothing()
    {
        var sources = Repository.Files.Where(file => file.EndsWith(".cs", StringComparison.Ordinal)).ToList();

        sources.Where(file => EmptyWord().IsMatch(Path.GetFileNameWithoutExtension(file))).Should().BeEmpty();
        sources.SelectMany(file => TypeName().Matches(Repository.ReadAllText(file)).Select(match => $"{match.Groups["name"].Value} in {file}"))
            .Where(type => EmptyWord().IsMatch(type.Split(' ')[0]))
            .Should().BeEmpty();
    }

    [GeneratedRegex("(Manager|Helper|Util|Utils|Utility|Utilities|Common)s?$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex EmptyWord();

    [GeneratedRegex(
        @"\b(?:class|struct|interface|enum|record)\s+(?:struct\s+|class\s+)?(?<name>[A-Z]\w*)",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 5000)]
    private static partial Regex TypeName();
}
