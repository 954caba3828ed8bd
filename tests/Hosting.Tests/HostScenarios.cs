using AlgoStack.Testing;

namespace Aspire.Hosting.Tests;

/// <summary>The applications that the tests run in a host process of its own.</summary>
internal static class HostScenarios
{
    public const string Whole = "whole";
    public const string Small = "small";

    public static void Describe(IDistributedApplicationBuilder builder, string scenario)
    {
        var service = builder.AddProject("service", TestProject.Path)
            .WithArgs("service")
            .WithHttpEndpoint()
            .WithExternalHttpEndpoints()
            .WithHttpHealthCheck("/health");
        // A service that has children of its own, as some do.
        builder.AddExecutable("parent", "sh", "/", "-c", "sleep 1000 & sleep 1000");
        if (scenario is not Whole) return;

        var database = builder.AddPostgres("postgres").WithDataVolume().AddDatabase("database");
        var messaging = builder.AddRabbitMQ("messaging").WithDataVolume();
        service.WithReference(database).WaitFor(database).WithReference(messaging).WaitFor(messaging);
    }
}

internal static class TestProject
{
    public static string Path { get; } = System.IO.Path.Combine(Repository.Root, "tests", "Hosting.Tests", "AlgoStack.Hosting.Tests.csproj");
}
