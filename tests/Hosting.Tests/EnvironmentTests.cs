using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Running;
using FluentAssertions;
using Xunit;

namespace Aspire.Hosting.Tests;

/// <summary>What a service is told through its environment, as the service itself sees it.</summary>
public sealed class EnvironmentTests
{
    private const string Postgres = "Host=db.example;Port=5433;Username=me;Password=p:w@d";
    private const string RabbitMQ = "amqp://me:p%3Aw%40d@mq.example:5673";

    [Fact]
    public async Task A_service_gets_Aspires_variables()
    {
        using var given = new GivenVariables(("ConnectionStrings__env-postgres", Postgres), ("ConnectionStrings__env-mq", RabbitMQ), ("Parameters__key", "opener"));
        await using var application = await HostedApplication.StartAsync(builder =>
        {
            var other = Service(builder, "other-service");
            Service(builder, "service")
                .WithReference(builder.AddPostgres("env-postgres").AddDatabase("env-base", "base"))
                .WithReference(builder.AddRabbitMQ("env-mq"))
                .WithReference(other)
                .WithEnvironment("PLAIN", "text")
                .WithEnvironment("KEY", builder.AddParameter("key", secret: true))
                .WithEnvironment("ADDRESS", other.GetEndpoint("http"))
                .WithEnvironment(context => context.EnvironmentVariables["CALLED"] = context.Resource.Name);
        });
        await application.WaitForAsync("service", ResourceState.Healthy);

        var expected = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["ConnectionStrings__env-base"] = "Host=db.example;Port=5433;Username=me;Password=p:w@d;Database=base",
            ["ENV_BASE_HOST"] = "db.example",
            ["ENV_BASE_PORT"] = "5433",
            ["ENV_BASE_USERNAME"] = "me",
            ["ENV_BASE_PASSWORD"] = "p:w@d",
            ["ENV_BASE_URI"] = "postgresql://me:p%3Aw%40d@db.example:5433/base",
            ["ENV_BASE_DATABASE"] = "base",
            ["ConnectionStrings__env-mq"] = RabbitMQ,
            ["ENV_MQ_HOST"] = "mq.example",
            ["ENV_MQ_PORT"] = "5673",
            ["ENV_MQ_USERNAME"] = "me",
            ["ENV_MQ_PASSWORD"] = "p:w@d",
            ["ENV_MQ_URI"] = RabbitMQ,
            ["services__other-service__http__0"] = application.Runner("other-service").Instance.Url,
            ["OTHER_SERVICE_HTTP"] = application.Runner("other-service").Instance.Url,
            ["ASPNETCORE_URLS"] = application.Runner("service").Instance.Url,
            ["OTEL_SERVICE_NAME"] = "service",
            ["OTEL_RESOURCE_ATTRIBUTES"] = "service.instance.id=service-0",
            ["PLAIN"] = "text",
            ["KEY"] = "opener",
            ["ADDRESS"] = application.Runner("other-service").Instance.Url,
            ["CALLED"] = "service",
        };
        using var client = new HttpClient { BaseAddress = new Uri(application.Runner("service").Instance.Url!) };
        foreach (var (name, value) in expected)
            (await client.GetStringAsync(new Uri($"/environment/{name}", UriKind.Relative))).Should().Be(value, "that is {0}", name);
    }

    [Fact]
    public async Task A_server_whose_connection_string_is_given_is_not_started()
    {
        using var given = new GivenVariables(("ConnectionStrings__not-ours", Postgres), ("ConnectionStrings__nor-this", RabbitMQ));
        await using var application = await HostedApplication.StartAsync(builder =>
        {
            builder.AddPostgres("outer").AddDatabase("not-ours");
            builder.AddRabbitMQ("nor-this");
            builder.AddExecutable("there", "sleep", "/", "1000");
        });

        await application.WaitForAsync("there", ResourceState.Healthy);

        application.Runner("outer").Instance.Url.Should().Be("postgresql://db.example:5433");
        application.Runner("nor-this").Instance.Url.Should().Be("amqp://mq.example:5673");
        application.Runners.Where(runner => runner.Instance.IsServer).Should().OnlyContain(runner => runner.Status.Pid == null);
    }

    [Fact]
    public async Task A_parameter_without_value_is_named()
    {
        await using var application = await HostedApplication.StartAsync(builder =>
            Service(builder, "service").WithEnvironment("KEY", builder.AddParameter("absent")));

        (await application.WaitForAsync("service", ResourceState.Failed)).Detail
            .Should().Be("Parameter absent has no value: set the environment variable Parameters__absent.");
    }

    [Fact]
    public async Task A_parameter_that_is_made_is_kept_where_its_owner_alone_reads_it_unless_one_is_given()
    {
        using var state = new StateDirectory();
        var made = await KeyAsync(state);

        made.Should().MatchRegex("^[0-9a-f]{64}$");
        (await KeyAsync(state)).Should().Be(made, "every start is to find the same");
        if (!OperatingSystem.IsWindows())
            File.GetUnixFileMode(Path.Combine(state.Path, "parameters", "kept")).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        using var given = new GivenVariables(("Parameters__kept", "from elsewhere"));
        (await KeyAsync(state)).Should().Be("from elsewhere");

        static async Task<string?> KeyAsync(StateDirectory state) =>
            await new DistributedApplicationBuilder("/", state.Path)
                .AddParameter("kept", new GenerateParameterDefault { MinLength = 64 }, secret: true, persist: true)
                .Resource.GetValueAsync(CancellationToken.None);
    }

    [Fact]
    public async Task A_project_that_is_not_built_is_named()
    {
        await using var application = await HostedApplication.StartAsync(builder => builder.AddProject("unbuilt", "/nowhere/Absent.csproj"));

        (await application.WaitForAsync("unbuilt", ResourceState.Failed)).Detail
            .Should().StartWith("/nowhere/Absent.csproj has not been built");
    }

    [Fact]
    public void Two_resources_of_one_name_are_refused()
    {
        using var state = new StateDirectory();
        var builder = new DistributedApplicationBuilder("/", state.Path);
        builder.AddRabbitMQ("twin");

        var again = () => builder.AddPostgres("twin");

        again.Should().Throw<DistributedApplicationException>().WithMessage("*two resources named twin*");
    }

    private static IResourceBuilder<ProjectResource> Service(IDistributedApplicationBuilder builder, string name) =>
        builder.AddProject(name, TestProject.Path).WithArgs("service").WithHttpEndpoint().WithHttpHealthCheck("/health");

    private sealed class GivenVariables : IDisposable
    {
        private readonly (string Name, string Value)[] _variables;

        public GivenVariables(params (string Name, string Value)[] variables)
        {
            _variables = variables;
            foreach (var (name, value) in variables) Environment.SetEnvironmentVariable(name, value);
        }

        public void Dispose()
        {
            foreach (var (name, _) in _variables) Environment.SetEnvironmentVariable(name, null);
        }
    }
}
