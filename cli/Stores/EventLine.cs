using System.Globalization;
using System.Text.Json;

namespace AlgoStack.Cli.Stores;

/// <summary>An event on one line.</summary>
internal static class EventLine
{
    private const int MostCharacters = 100;

    public static string Of(StoreEvent e) => string.Create(
        CultureInfo.InvariantCulture, $"{Time(e.At)}  {e.Service,-14} {e.Sequence,9}  {e.Stream} v{e.Version}  {e.Type}  {Short(e.Data)}{Cause(e)}");

    /// <summary>For a timeline of one stream, which has its name above.</summary>
    public static string OfStream(StoreEvent e) =>
        string.Create(CultureInfo.InvariantCulture, $"{Time(e.At)}  {e.Version,6}  {e.Type,-24} {Short(e.Data)}{Cause(e)}");

    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static string Short(JsonElement data)
    {
        var text = data.ValueKind == JsonValueKind.Object
            ? string.Join(' ', data.EnumerateObject().Where(p => p.Value.ValueKind != JsonValueKind.Null).Select(p => $"{p.Name}={p.Value}"))
            : data.ToString();
        text = text.ReplaceLineEndings(" ");
        return text.Length <= MostCharacters ? text : $"{text[..(MostCharacters - 1)]}…";
    }

    private static string Cause(StoreEvent e) => string.Concat(
        e.CausationId is { } cause ? $"  cause {cause}" : "",
        e.CorrelationId is { } correlation ? $"  correlation {correlation}" : "",
        e.UserName is { } user ? $"  by {user}" : "");
}
