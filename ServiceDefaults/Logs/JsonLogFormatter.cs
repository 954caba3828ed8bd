using System.Buffers;
using System.Diagnostics;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace AlgoStack.ServiceDefaults.Logs;

/// <summary>
/// Writes timestamp, level, environment, category, action, message, and, where they are known, requestId, userId, portfolioId,
/// traceId, spanId and exception. <c>action</c> is the event's name, which a scope of that name overrides. The ids come from
/// scopes or from the placeholders of the message, whatever the case of their first letter.
/// </summary>
internal sealed class JsonLogFormatter(IHostEnvironment environment, TimeProvider clock) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "algostack";

    private const int UsualLength = 512;

    private static readonly JsonWriterOptions Options = new()
    {
        // The log is read by people and by collectors, never by a browser: quotes and umlauts stay readable.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var message = logEntry.Formatter(logEntry.State, logEntry.Exception);
        var known = new KnownFields { Action = logEntry.EventId.Name };
        scopeProvider?.ForEachScope(static (scope, fields) => fields.Read(scope), known);
        known.Read(logEntry.State);

        var buffer = new ArrayBufferWriter<byte>(UsualLength);
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            json.WriteString("timestamp", clock.GetUtcNow().UtcDateTime);
            json.WriteString("level", Level(logEntry.LogLevel));
            json.WriteString("environment", environment.EnvironmentName);
            json.WriteString("category", logEntry.Category);
            WriteKnown(json, "action", known.Action);
            json.WriteString("message", message);
            WriteKnown(json, "requestId", known.RequestId);
            WriteKnown(json, "userId", known.UserId);
            WriteKnown(json, "portfolioId", known.PortfolioId);
            if (Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity)
            {
                json.WriteString("traceId", activity.TraceId.ToHexString());
                json.WriteString("spanId", activity.SpanId.ToHexString());
            }

            WriteKnown(json, "exception", logEntry.Exception?.ToString());
            json.WriteEndObject();
        }

        textWriter.WriteLine(Encoding.UTF8.GetString(buffer.WrittenSpan));
    }

    private static void WriteKnown(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null) json.WriteString(name, value);
    }

    private static string Level(LogLevel level) => level switch
    {
        LogLevel.Trace => "trace",
        LogLevel.Debug => "debug",
        LogLevel.Information => "information",
        LogLevel.Warning => "warning",
        LogLevel.Error => "error",
        _ => "critical",
    };

    private sealed class KnownFields
    {
        public string? Action { get; set; }

        public string? RequestId { get; private set; }

        public string? UserId { get; private set; }

        public string? PortfolioId { get; private set; }

        public void Read(object? state)
        {
            if (state is not IEnumerable<KeyValuePair<string, object?>> pairs) return;

            foreach (var (name, value) in pairs)
            {
                switch (name)
                {
                    case "action" or "Action":
                        Action = Text(value);
                        break;
                    case "requestId" or "RequestId":
                        RequestId = Text(value);
                        break;
                    case "userId" or "UserId":
                        UserId = Text(value);
                        break;
                    case "portfolioId" or "PortfolioId":
                        PortfolioId = Text(value);
                        break;
                }
            }
        }

        private static string? Text(object? value) => Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture);
    }
}
