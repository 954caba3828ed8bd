using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using AlgoStack.Testing;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Running;
using FluentAssertions;
using Npgsql;
using Xunit;

namespace Aspire.Hosting.Tests;

public sealed class RunningTests
{
    [Fact]
    public async Task A_crashed_service_is_started_again_after_pauses_that_double()
    {
        await using var application = await HostedApplication.StartAsync(builder => builder.AddExecutable("crasher", "sh", "/", "-c", "echo last words; exit 3"));
        var runner = application.Runner("crasher");
        var shown = new List<string>();
        runner.Changed += (_, _) =>
        {
            if (runner.Status is { State: ResourceState.Crashed, Detail: { } detail }) shown.Add(detail);
        };

        await Eventually.True(() => runner.Crashes >= 3);

        shown.Should().ContainInOrder("exit code 3, again in 2 s", "exit code 3, again in 4 s");
        ResourceRunner.LongestRestartDelay.Should().Be(TimeSpan.FromSeconds(32));
        (await LogFile.TailAsync(runner.Instance.LogPath, CancellationToken.None)).Should().Contain("last words");
    }

    [Fact]
    public async Task One_that_says_it_must_not_run_is_not_started_again_and_its_last_words_are_why()
    {
        await using var application = await HostedApplication.StartAsync(builder => builder.AddExecutable("stale", "sh", "/", "-c", "echo starting; echo 'a newer one was here' >&2; exit 78"));

        await application.Completion.WaitAsync(Eventually.DefaultTimeout);

        var runner = application.Runner("stale");
        runner.Status.Should().Be(new ResourceStatus(ResourceState.Failed, "exit code 78: a newer one was here", ExitCode: 78));
        runner.Crashes.Should().Be(0);
    }

    [Fact]
    public async Task A_killed_service_is_started_again_on_its_port()
    {
        await using var application = await HostedApplication.StartAsync(builder => AddService(builder, "service"));
        var before = await application.WaitForAsync("service", ResourceState.Healthy);
        var url = application.Runner("service").Instance.Url;

        Kill(before.Pid);

        await application.WaitForAsync("service", ResourceState.Crashed);
        var after = await application.WaitForAsync("service", ResourceState.Healthy);
        after.Pid.Should().NotBe(before.Pid);
        application.Runner("service").Instance.Url.Should().Be(url);
        using var client = new HttpClient();
        (await client.GetAsync(new Uri($"{url}/health"))).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_service_that_never_becomes_healthy_is_named_with_its_answer_and_holds_back_who_waits_for_it()
    {
        await using var application = await HostedApplication.StartAsync(builder =>
        {
            var sick = AddService(builder, "sick").WithEnvironment("HEALTH", "503");
            AddService(builder, "patient").WaitFor(sick);
            AddService(builder, "unconcerned");
        });

        var status = await application.WaitForAsync("sick", ResourceState.Unhealthy);

        status.Detail.Should().Contain("/health answered 503 where 200 was expected");
        application.Runner("patient").Status.Should().Be(new ResourceStatus(ResourceState.Waiting, "for sick"));
        application.Runner("unconcerned").Status.State.Should().Be(ResourceState.Healthy);
    }

    [Fact]
    public async Task A_killed_PostgreSQL_returns_on_the_same_port_with_its_data_and_password()
    {
        IResourceBuilder<PostgresDatabaseResource>? database = null;
        await using var application = await HostedApplication.StartAsync(builder => database = builder.AddPostgres("dying-postgres").AddDatabase("kept"));
        var before = await application.WaitForAsync("dying-postgres", ResourceState.Healthy);
        var connectionString = new NpgsqlConnectionStringBuilder(await database!.Resource.GetConnectionStringAsync()) { Pooling = false }.ConnectionString;
        await ExecuteAsync(connectionString, "create table word as select 'kept' as it");

        Kill(before.Pid);

        await application.WaitForAsync("dying-postgres", ResourceState.Crashed);
        (await application.WaitForAsync("dying-postgres", ResourceState.Healthy)).Pid.Should().NotBe(before.Pid);
        (await ExecuteAsync(connectionString, "select it from word")).Should().Be("kept");
    }

    [Fact]
    public async Task A_killed_RabbitMQ_returns_on_the_same_port_and_takes_its_port_mapper_with_it()
    {
        IResourceBuilder<RabbitMQServerResource>? messaging = null;
        await using var application = await HostedApplication.StartAsync(builder => messaging = builder.AddRabbitMQ("dying-rabbitmq"));
        var before = await application.WaitForAsync("dying-rabbitmq", ResourceState.Healthy);

        Kill(before.Pid);

        await application.WaitForAsync("dying-rabbitmq", ResourceState.Crashed);
        await application.WaitForAsync("dying-rabbitmq", ResourceState.Healthy);
        var server = new Uri((await messaging!.Resource.GetConnectionStringAsync())!);
        (await ServerProbes.RabbitMQAsync(server, CancellationToken.None)).Should().BeNull();
        HostProcess.ProcessesOf(application.StatePath).Count(process => process.Contains("epmd -port", StringComparison.Ordinal)).Should().Be(1);
    }

    [Fact]
    public async Task A_taken_port_gives_way_to_the_next_free_one()
    {
        var taken = LoopbackPorts.Any();
        using var occupant = new TcpListener(IPAddress.Loopback, taken);
        occupant.Start();

        await using var application = await HostedApplication.StartAsync(builder =>
            builder.AddProject("service", TestProject.Path).WithArgs("service").WithHttpEndpoint(port: taken).WithHttpHealthCheck("/health"));

        await application.WaitForAsync("service", ResourceState.Healthy);
        new Uri(application.Runner("service").Instance.Url!).Port.Should().BeGreaterThan(taken);
    }

    [Fact]
    public async Task A_port_is_kept_for_a_service_that_still_waits()
    {
        await using var application = await HostedApplication.StartAsync(builder =>
        {
            var never = builder.AddExecutable("never", "sleep", "/", "1000");
            AddService(builder, "waiting").WaitForCompletion(never);
        });
        await application.WaitForAsync("waiting", ResourceState.Waiting);

        var port = new Uri(application.Runner("waiting").Instance.Url!).Port;

        LoopbackPorts.From(port).Should().NotBe(port);
    }

    [Fact]
    public async Task Replicas_run_side_by_side_and_all_are_named_to_who_refers_to_them()
    {
        await using var application = await HostedApplication.StartAsync(builder =>
        {
            var many = AddService(builder, "many").WithReplicas(3);
            AddService(builder, "caller").WithReference(many).WaitFor(many);
        });

        await application.WaitForAsync("caller", ResourceState.Healthy);

        var urls = Enumerable.Range(0, 3).Select(replica => application.Runner($"many-{replica}").Instance.Url!).ToArray();
        urls.Should().OnlyHaveUniqueItems();
        for (var replica = 0; replica < urls.Length; replica++)
            (await AskAsync(application, "caller", $"services__many__http__{replica}")).Should().Be(urls[replica]);
    }

    [Fact]
    public async Task Who_waits_for_completion_starts_after_it_and_what_has_completed_is_not_started_again()
    {
        await using var application = await HostedApplication.StartAsync(builder =>
        {
            var job = builder.AddExecutable("job", "sh", "/", "-c", "exit 7");
            AddService(builder, "after").WaitForCompletion(job, exitCode: 7);
        });

        await application.WaitForAsync("after", ResourceState.Healthy);

        application.Runner("job").Status.Should().Be(new ResourceStatus(ResourceState.Finished, "exit code 7", ExitCode: 7));
        application.Runner("job").Crashes.Should().Be(0);
    }

    [Fact]
    public async Task A_service_that_ignores_the_request_to_stop_is_killed_with_its_descendants()
    {
        var application = await HostedApplication.StartAsync(builder => builder.AddExecutable(
            "stubborn", "sh", "/", "-c", "trap '' TERM; setsid sleep 1000 & sleep 1000 & while :; do wait; done"));
        await application.WaitForAsync("stubborn", ResourceState.Healthy);
        var started = Stopwatch.GetTimestamp();

        await application.DisposeAsync();

        Stopwatch.GetElapsedTime(started).Should().BeLessThan(TimeSpan.FromSeconds(15));
        await Eventually.Equal("", () => string.Join('\n', HostProcess.ProcessesOf(application.StatePath)), TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task What_is_to_be_started_by_hand_is_left_out()
    {
        await using var application = await HostedApplication.StartAsync(builder =>
        {
            builder.AddExecutable("later", "sleep", "/", "1000").WithExplicitStart();
            builder.AddExecutable("now", "sleep", "/", "1000");
        });

        await application.WaitForAsync("now", ResourceState.Healthy);
        application.Runner("later").Status.State.Should().Be(ResourceState.NotStarted);
    }

    private static IResourceBuilder<ProjectResource> AddService(IDistributedApplicationBuilder builder, string name) =>
        builder.AddProject(name, TestProject.Path).WithArgs("service").WithHttpEndpoint().WithHttpHealthCheck("/health");

    private static async Task<string> AskAsync(HostedApplication application, string service, string variable)
    {
        using var client = new HttpClient();
        return (await client.GetStringAsync(new Uri($"{application.Runner(service).Instance.Url}/environment/{variable}"))).Trim('"');
    }

    private static void Kill(int? pid)
    {
        using var process = Process.GetProcessById(pid!.Value);
        process.Kill();
    }

    private static async Task<object?> ExecuteAsync(string connectionString, string sql)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }
}
