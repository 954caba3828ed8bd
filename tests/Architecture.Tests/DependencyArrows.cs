using FluentAssertions;
using Xunit;

namespace AlgoStack.Architecture.Tests;

/// <summary>Which project may reference which. What is allowed is written here whole; everything else is not.</summary>
public sealed class DependencyArrows
{
    private static readonly string[] DomainChain = ["Trading", "Indicators", "Strategies", "Engine", "Simulation"];

    private static IEnumerable<Project> In(string folder) => Repository.Projects.Where(project => project.IsIn(folder));

    [Fact]
    public void Every_folder_of_the_architecture_holds_projects()
    {
        foreach (var folder in (string[])["domain", "contracts", "libraries", "ServiceDefaults", "services", "cli", "AppHost", "tests"])
            In(folder).Should().NotBeEmpty("{0} is part of the architecture", folder);
    }

    [Fact]
    public void The_domain_points_back_along_its_chain_and_nowhere_else()
    {
        foreach (var project in In("domain"))
        {
            var place = Array.IndexOf(DomainChain, project.Folder["domain/".Length..]);
            place.Should().BeGreaterThanOrEqualTo(0, "{0} is not in the chain {1}", project.File, string.Join(" ◄ ", DomainChain));
            var allowed = DomainChain[..place].Select(name => $"domain/{name}/AlgoStack.{name}.csproj");
            project.References.Should().BeSubsetOf(allowed, "{0} may know what is before it in the chain", project.File);
        }
    }

    [Fact]
    public void The_domain_takes_no_package()
    {
        foreach (var project in In("domain"))
            Repository.ReadAllText(project.File).Should().NotContain("PackageReference", "{0} is pure", project.File);
    }

    [Fact]
    public void Contracts_reference_nothing()
    {
        foreach (var project in In("contracts"))
        {
            project.References.Should().BeEmpty();
            Repository.ReadAllText(project.File).Should().NotContain("PackageReference");
        }
    }

    [Fact]
    public void Libraries_but_BarFiles_and_Backtesting_know_libraries_alone()
    {
        foreach (var project in In("libraries").Where(project => !project.IsIn("libraries/BarFiles") && !project.IsIn("libraries/Backtesting")))
            Within(project, "libraries/");
    }

    [Fact]
    public void BarFiles_reads_files_into_the_words_of_Trading_and_knows_nothing_else()
    {
        foreach (var project in In("libraries/BarFiles"))
            Within(project, "domain/Trading/");
    }

    [Fact]
    public void Backtesting_runs_the_domain_and_knows_nothing_else()
    {
        foreach (var project in In("libraries/Backtesting"))
            Within(project, "domain/");
    }

    [Fact]
    public void ServiceDefaults_knows_contracts_and_libraries_alone()
    {
        foreach (var project in In("ServiceDefaults"))
            Within(project, "contracts/", "libraries/");
    }

    [Fact]
    public void A_service_never_references_another_service()
    {
        foreach (var project in In("services"))
            Within(project, "domain/", "contracts/", "libraries/", "ServiceDefaults/");
    }

    [Fact]
    public void The_command_line_talks_to_services_and_references_none()
    {
        foreach (var project in In("cli"))
            Within(project, "domain/", "contracts/", "libraries/");
    }

    [Fact]
    public void AppHost_knows_Hosting_and_the_services()
    {
        foreach (var project in In("AppHost"))
            Within(project, "libraries/Hosting/", "services/");
    }

    [Fact]
    public void Nothing_but_tests_references_tests()
    {
        foreach (var project in Repository.Projects.Where(project => !project.IsIn("tests")))
            project.References.Should().NotContain(reference => reference.StartsWith("tests/", StringComparison.Ordinal), project.File);
    }

    [Fact]
    public void Every_referenced_project_exists()
    {
        Repository.Projects.SelectMany(project => project.References)
            .Should().BeSubsetOf(Repository.Projects.Select(project => project.File));
    }

    private static void Within(Project project, params string[] folders) =>
        project.References
            .Where(reference => !folders.Any(folder => reference.StartsWith(folder, StringComparison.Ordinal)))
            .Should().BeEmpty("{0} may reference {1} and nothing else", project.File, string.Join(", ", folders));
}
