using System.Text.Json;
using System.Text.Json.Serialization;

namespace AlgoStack.Signal.Signals;

/// <summary>A signal's row keeps it whole, as JSON with NaN by name.</summary>
internal static class SignalJson
{
    private static readonly JsonSerializerOptions Options = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    public static string Write(RaisedSignal signal) => JsonSerializer.Serialize(signal, Options);

    public static RaisedSignal Read(string json) =>
        JsonSerializer.Deserialize<RaisedSignal>(json, Options) ?? throw new InvalidDataException("Signal: expected an object, found null.");
}
