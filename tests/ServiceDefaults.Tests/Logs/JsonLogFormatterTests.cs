using System.Diagnostics;
using System.Text.Json;
using AlgoStack.ServiceDefaults.Logs;
using FluentAssertions;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace AlgoStack.ServiceDefaults.Tests.Logs;

public sealed class JsonLogFormatterTests
{
    private readonly JsonLogFormatter _formatter = new(new HostingEnvironment { EnvironmentName = "Staging" }, TimeProvider.System);
    private readonly LoggerExternalScopeProvider _scopes = new();

    [Fact]
    public void A_line_is_one_object_with_the_fields_that_are_known()
    {
        using var activity = new Activity("work").SetIdFormat(ActivityIdFormat.W3C).Start();
        using var scope = _scopes.Push(new Dictionary<string, object>(StringComparer.Ordinal) { ["RequestId"] = "0HN1:1", ["userId"] = "u-7" });

        var line = Write(
            LogLevel.Warning,
            "two\nlines with \"quotes\"",
            new InvalidOperationException("broken"),
            [new("PortfolioId", "p-1"), new("Count", 3)],
            new EventId(1, "FillRecorded"));

        line.Should().NotContain("\n");
        var log = JsonDocument.Parse(line).RootElement;
        log.GetProperty("timestamp").GetDateTimeOffset().Should().BeCloseTo(TimeProvider.System.GetUtcNow(), TimeSpan.FromSeconds(30));
        Text(log, "level").Should().Be("warning");
        Text(log, "environment").Should().Be("Staging");
        Text(log, "category").Should().Be("AlgoStack.Tests");
        Text(log, "action").Should().Be("FillRecorded");
        Text(log, "message").Should().Be("two\nlines with \"quotes\"");
        Text(log, "requestId").Should().Be("0HN1:1");
        Text(log, "userId").Should().Be("u-7");
        Text(log, "portfolioId").Should().Be("p-1");
        Text(log, "traceId").Should().Be(activity.TraceId.ToHexString());
        Text(log, "spanId").Should().Be(activity.SpanId.ToHexString());
        Text(log, "exception").Should().Contain("broken");
    }

    [Fact]
    public void What_is_not_known_is_left_out()
    {
        var log = JsonDocument.Parse(Write(LogLevel.Information, "hello", exception: null, [], default)).RootElement;

        log.EnumerateObject().Select(field => field.Name).Should().Equal("timestamp", "level", "environment", "category", "message");
    }

    private static string? Text(JsonElement log, string field) => log.GetProperty(field).GetString();

    private string Write(
        LogLevel level, string message, Exception? exception, KeyValuePair<string, object?>[] state, EventId eventId)
    {
        using var writer = new StringWriter();
        var entry = new LogEntry<KeyValuePair<string, object?>[]>(level, "AlgoStack.Tests", eventId, state, exception, (_, _) => message);
        _formatter.Write(entry, _scopes, writer);
        return writer.ToString().TrimEnd('\n');
    }
}
