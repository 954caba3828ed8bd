using System.Collections.Concurrent;
using System.Diagnostics;
using AlgoStack.ServiceDefaults.Configuration;
using AlgoStack.Testing;
using FluentAssertions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace AlgoStack.ServiceDefaults.Tests;

public sealed class RunningAsAProcessTests
{
    [Theory]
    [InlineData(null, "ConnectionStrings:messaging is missing: expected an AMQP address such as amqp://user:password@localhost:5672/.")]
    [InlineData("http://user:secret@localhost", "ConnectionStrings:messaging is not an AMQP address such as amqp://user:password@localhost:5672/.")]
    public async Task Bad_configuration_ends_the_process_with_one_sentence(string? messaging, string sentence)
    {
        await using var service = ServiceProcess.Start("bus", Environment(("ConnectionStrings__messaging", messaging)));

        (await service.ExitCodeAsync()).Should().Be(InvalidConfigurationException.ExitCode);

        service.Errors.Trim().Should().Be(sentence);
    }

    [Fact]
    public async Task A_service_told_to_stop_stops_in_order()
    {
        await using var service = ServiceProcess.Start("plain", Environment());
        await service.AddressAsync();

        var started = Stopwatch.GetTimestamp();
        (await service.StopAsync()).Should().Be(0);

        Stopwatch.GetElapsedTime(started).Should().BeLessThan(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task With_an_endpoint_for_telemetry_all_three_kinds_arrive_there_and_health_does_not()
    {
        var received = new ConcurrentQueue<(string Path, string Body)>();
        await using var collector = await TestService.StartAsync(map: app => app.MapPost("/v1/{kind}", async (HttpRequest request, string kind) =>
        {
            using var reader = new StreamReader(request.Body, System.Text.Encoding.Latin1);
            received.Enqueue((kind, await reader.ReadToEndAsync(request.HttpContext.RequestAborted)));
        }));
        await using var service = ServiceProcess.Start("plain", Environment(
            ("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Http.BaseAddress!.ToString()),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
            ("OTEL_SERVICE_NAME", "named-by-the-environment"),
            ("OTEL_BSP_SCHEDULE_DELAY", "200"),
            ("OTEL_BLRP_SCHEDULE_DELAY", "200"),
            ("OTEL_METRIC_EXPORT_INTERVAL", "500")));
        // Else it would send the tests' own trace along, which nobody records.
        using var untraced = new SocketsHttpHandler { ActivityHeadersPropagator = null };
        using var http = new HttpClient(untraced) { BaseAddress = await service.AddressAsync() };

        await http.GetStringAsync(new Uri("/health", UriKind.Relative));
        await http.GetStringAsync(new Uri("/?for=the-trace", UriKind.Relative));

        await Eventually.True(() => received.Any(message => message.Path is "metrics") && received.Any(message => message.Path is "logs"));
        await Eventually.True(() => received.Any(message => message.Path is "traces"));
        (await service.StopAsync()).Should().Be(0);
        received.Should().OnlyContain(message => message.Body.Contains("named-by-the-environment", StringComparison.Ordinal));
        var traces = string.Concat(received.Where(message => message.Path is "traces").Select(message => message.Body));
        traces.Should().Contain("GET /").And.NotContain("/health");
    }

    private static Dictionary<string, string> Environment(params (string Name, string? Value)[] variables)
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["ASPNETCORE_URLS"] = "http://127.0.0.1:0" };
        foreach (var (name, value) in variables)
            if (value is not null) environment[name] = value;

        return environment;
    }
}
