using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace AlgoStack.Gateway.Tests.Udf;

/// <summary>
/// What charts expect of each answer of a UDF server, field by field: which there are, of which kind, and what they may say. Each
/// answers with what is wrong; a field that the protocol does not have is wrong too.
/// </summary>
internal static partial class UdfRules
{
    /// <summary>What is wrong with a value.</summary>
    public delegate IEnumerable<string> Rule(JsonElement value, string at);

    private static readonly string[] Resolutions = ["1", "5", "15", "30", "60", "240", "1D", "1W", "1M"];
    private static readonly string[] Types = ["stock", "crypto", "forex"];
    private static readonly string[] Colors = ["red", "green", "blue", "yellow"];

    // What a number of JavaScript counts exactly.
    private const double LargestWhole = 9_007_199_254_740_991;

    public static Rule Config { get; } = All(
        Fields(
            Must("supports_search", Flag),
            Must("supports_group_request", Flag),
            Must("supports_marks", Flag),
            Must("supports_timescale_marks", Flag),
            Must("supports_time", Flag),
            Must("exchanges", ListOf(Fields(Must("value", Text), Must("name", Said), Must("desc", Text)), fewest: 1)),
            Must("symbols_types", ListOf(Fields(Must("name", Said), Must("value", Text)), fewest: 1)),
            Must("supported_resolutions", ListOf(OneOf(Resolutions), fewest: 1, unique: true))),
        Holds("exactly one of search and group requests", c => IsTrue(c, "supports_search") != IsTrue(c, "supports_group_request")));

    public static Rule Symbol { get; } = All(
        Fields(
            Must("name", Said),
            Must("ticker", Said),
            Must("description", Said),
            Must("type", OneOf(Types)),
            Must("session", Matches(SessionForm())),
            Must("timezone", OneOf("Etc/UTC")),
            Must("exchange", Said),
            Must("listed_exchange", Said),
            Must("exchange-traded", Said),
            Must("exchange-listed", Said),
            Must("minmov", Whole(1)),
            Must("minmov2", Whole(0)),
            Must("pricescale", PowerOfTen),
            Must("has_intraday", Flag),
            Must("intraday_multipliers", ListOf(OneOf([.. Resolutions.Where(r => r.All(char.IsAsciiDigit))]), unique: true)),
            Must("has_daily", Flag),
            Must("has_weekly_and_monthly", Flag),
            Must("supported_resolutions", ListOf(OneOf(Resolutions), unique: true)),
            Must("volume_precision", Whole(0)),
            Must("currency_code", Said),
            Must("format", OneOf("price"))),
        Holds("intraday bars where minutes are offered", s => IsTrue(s, "has_intraday") == Offers(s, r => r.All(char.IsAsciiDigit))),
        Holds("the offered minutes as multipliers", s => List(s, "intraday_multipliers").SequenceEqual(List(s, "supported_resolutions").Where(r => r.All(char.IsAsciiDigit)), StringComparer.Ordinal)),
        Holds("daily bars where days are offered", s => IsTrue(s, "has_daily") == Offers(s, r => r == "1D")),
        Holds("longer bars where weeks or months are offered", s => IsTrue(s, "has_weekly_and_monthly") == Offers(s, r => r is "1W" or "1M")));

    /// <summary>Columns, of which each symbol's values are a symbol's by the names of the other form.</summary>
    public static Rule SymbolGroup { get; } = All(
        Holds("columns of one length", g => g.EnumerateObject().Select(c => c.Value.GetArrayLength()).Distinct().Count() == 1),
        (group, at) => Symbols(group).SelectMany((symbol, i) => Symbol(symbol, $"{at}[{i}]")));

    public static Rule Found { get; } = ListOf(Fields(
        Must("symbol", Said),
        Must("full_name", Said),
        Must("description", Said),
        Must("exchange", Said),
        Must("ticker", Said),
        Must("type", OneOf(Types))));

    public static Rule Bars { get; } = All(
        Fields(
            Must("s", OneOf("ok")),
            Must("t", ListOf(Whole(-2_208_988_800, 7_258_118_400), fewest: 1)),
            Must("o", ListOf(Finite)),
            Must("h", ListOf(Finite)),
            Must("l", ListOf(Finite)),
            Must("c", ListOf(Finite)),
            Must("v", ListOf(NotNegative))),
        Holds("columns of one length", b => Columns(b).Select(c => c.Length).Distinct().Count() == 1),
        Holds("each bar later than the one before", b => Column(b, "t") is var t && t.Zip(t.Skip(1)).All(p => p.First < p.Second)),
        Holds("open and close between low and high", AreWithin));

    public static Rule NoBars { get; } = Fields(Must("s", OneOf("no_data")), May("nextTime", Whole(-2_208_988_800, 7_258_118_400)));

    public static Rule Error { get; } = Fields(Must("s", OneOf("error")), Must("errmsg", Said));

    public static Rule Quotes { get; } = Fields(
        Must("s", OneOf("ok")),
        Must("d", ListOf(Either("s", "ok", Quote, QuoteRefused), fewest: 1)));

    public static Rule Marks { get; } = All(
        Fields(
            Must("id", ListOf(Said, unique: true)),
            Must("time", ListOf(Whole(0))),
            Must("color", ListOf(OneOf(Colors))),
            Must("text", ListOf(Said)),
            Must("label", ListOf(OneOf("L", "S", "F"))),
            Must("labelFontColor", ListOf(OneOf("white"))),
            Must("minSize", ListOf(Whole(1, 100)))),
        Holds("columns of one length", m => m.EnumerateObject().Select(c => c.Value.GetArrayLength()).Distinct().Count() == 1),
        Holds("marks in the order of time", m => IsOrdered(Column(m, "time"))));

    public static Rule TimescaleMarks { get; } = All(
        ListOf(Fields(
            Must("id", Said),
            Must("time", Whole(0)),
            Must("color", OneOf(Colors)),
            Must("label", OneOf("B", "S", "O", "D", "X")),
            Must("tooltip", ListOf(Said, fewest: 1)))),
        Holds("marks in the order of time", m => IsOrdered([.. m.EnumerateArray().Select(e => e.GetProperty("time").GetDouble())])),
        Holds("each id once", m => m.EnumerateArray().Select(e => e.GetProperty("id").GetString()).Distinct(StringComparer.Ordinal).Count() == m.GetArrayLength()));

    /// <summary>The symbols of a group, as <c>symbols</c> answers them one by one.</summary>
    public static IEnumerable<JsonElement> Symbols(JsonElement group) =>
        Enumerable.Range(0, group.GetProperty("symbol").GetArrayLength()).Select(i => JsonSerializer.SerializeToElement(new Dictionary<string, JsonElement>(
            group.EnumerateObject()
                .SelectMany(column => NamesOf(column.Name).Select(name => KeyValuePair.Create(name, column.Value[i]))), StringComparer.Ordinal)));

    private static string[] NamesOf(string column) => column switch
    {
        "symbol" => ["name"],
        "session-regular" => ["session"],
        "minmovement" => ["minmov"],
        "minmove2" => ["minmov2"],
        "exchange-listed" => ["exchange", "listed_exchange", "exchange-listed"],
        "exchange-traded" => ["exchange-traded"],
        _ => [column.Replace('-', '_')],
    };

    private static Rule Quote => Fields(
        Must("s", OneOf("ok")),
        Must("n", Said),
        Must("v", All(
            Fields(
                Must("short_name", Said),
                Must("exchange", Said),
                Must("original_name", Said),
                Must("description", Said),
                Must("lp", Finite),
                May("ch", Finite),
                May("chp", Finite),
                Must("open_price", Finite),
                Must("high_price", Finite),
                Must("low_price", Finite),
                May("prev_close_price", Finite),
                Must("volume", NotNegative)),
            Holds("a change where the close before is known", v => v.TryGetProperty("ch", out _) == v.TryGetProperty("prev_close_price", out _)))));

    private static Rule QuoteRefused => Fields(Must("s", OneOf("error")), Must("n", Said), Must("v", Fields()), Must("errmsg", Said));

    private static IEnumerable<string> Flag(JsonElement value, string at) =>
        value.ValueKind is JsonValueKind.True or JsonValueKind.False ? [] : [$"{at} is no flag: {value}"];

    private static IEnumerable<string> Text(JsonElement value, string at) => value.ValueKind == JsonValueKind.String ? [] : [$"{at} is no text: {value}"];

    private static IEnumerable<string> Said(JsonElement value, string at) =>
        value.ValueKind == JsonValueKind.String && value.GetString()!.Length > 0 ? [] : [$"{at} says nothing: {value}"];

    private static IEnumerable<string> Finite(JsonElement value, string at) =>
        value.ValueKind == JsonValueKind.Number && double.IsFinite(value.GetDouble()) ? [] : [$"{at} is no number: {value}"];

    private static IEnumerable<string> NotNegative(JsonElement value, string at) =>
        value.ValueKind == JsonValueKind.Number && value.GetDouble() >= 0 ? [] : [$"{at} is no quantity: {value}"];

    private static IEnumerable<string> PowerOfTen(JsonElement value, string at) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var whole) && whole > 0 && whole <= LargestWhole && whole.ToString(CultureInfo.InvariantCulture).TrimEnd('0') == "1"
            ? []
            : [$"{at} is no power of ten: {value}"];

    private static Rule Whole(long least, double most = LargestWhole) => (value, at) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var whole) && whole >= least && whole <= most
            ? []
            : [$"{at} is no whole number from {least} to {most}: {value}"];

    private static Rule OneOf(params string[] allowed) => (value, at) =>
        value.ValueKind == JsonValueKind.String && allowed.Contains(value.GetString(), StringComparer.Ordinal)
            ? []
            : [$"{at} is none of {string.Join(", ", allowed)}: {value}"];

    private static Rule Matches(Regex form) => (value, at) =>
        value.ValueKind == JsonValueKind.String && form.IsMatch(value.GetString()!) ? [] : [$"{at} is not of the form {form}: {value}"];

    private static Rule ListOf(Rule each, int fewest = 0, bool unique = false) => (value, at) =>
    {
        if (value.ValueKind != JsonValueKind.Array) return [$"{at} is no list: {value}"];

        var faults = value.EnumerateArray().SelectMany((item, i) => each(item, $"{at}[{i}]")).ToList();
        if (value.GetArrayLength() < fewest) faults.Add($"{at} has fewer than {fewest}");
        if (unique && value.EnumerateArray().Select(i => i.GetRawText()).Distinct(StringComparer.Ordinal).Count() < value.GetArrayLength()) faults.Add($"{at} has one twice");
        return faults;
    };

    private static (string Name, bool IsNeeded, Rule Rule) Must(string name, Rule rule) => (name, true, rule);

    private static (string Name, bool IsNeeded, Rule Rule) May(string name, Rule rule) => (name, false, rule);

    private static Rule Fields(params (string Name, bool IsNeeded, Rule Rule)[] fields) => (value, at) =>
    {
        if (value.ValueKind != JsonValueKind.Object) return [$"{at} is no object: {value}"];

        var faults = new List<string>();
        foreach (var (name, isNeeded, rule) in fields)
        {
            if (value.TryGetProperty(name, out var field)) faults.AddRange(rule(field, $"{at}.{name}"));
            else if (isNeeded) faults.Add($"{at}.{name} is missing");
        }

        faults.AddRange(value.EnumerateObject().Where(f => !fields.Any(known => known.Name == f.Name)).Select(f => $"{at}.{f.Name} is no field of the protocol"));
        return faults;
    };

    private static Rule Either(string field, string text, Rule then, Rule otherwise) => (value, at) =>
        value.ValueKind == JsonValueKind.Object && value.TryGetProperty(field, out var said) && said.ValueKind == JsonValueKind.String && said.GetString() == text
            ? then(value, at)
            : otherwise(value, at);

    /// <summary>What is about several fields is asked only where each of them is right.</summary>
    private static Rule All(Rule fields, params Rule[] others) => (value, at) =>
    {
        var faults = fields(value, at).ToList();
        return faults.Count > 0 ? faults : others.SelectMany(rule => rule(value, at));
    };

    private static Rule Holds(string what, Func<JsonElement, bool> holds) => (value, at) => holds(value) ? [] : [$"{at}: expected {what}"];

    private static bool IsTrue(JsonElement of, string name) => of.GetProperty(name).GetBoolean();

    private static IEnumerable<string> List(JsonElement of, string name) => of.GetProperty(name).EnumerateArray().Select(e => e.GetString()!);

    private static bool Offers(JsonElement symbol, Func<string, bool> resolution) => List(symbol, "supported_resolutions").Any(resolution);

    private static double[] Column(JsonElement of, string name) => [.. of.GetProperty(name).EnumerateArray().Select(e => e.GetDouble())];

    private static IEnumerable<double[]> Columns(JsonElement bars) => ((string[])["t", "o", "h", "l", "c", "v"]).Select(name => Column(bars, name));

    private static bool IsOrdered(double[] times) => times.Zip(times.Skip(1)).All(p => p.First <= p.Second);

    private static bool AreWithin(JsonElement bars)
    {
        var (open, high, low, close) = (Column(bars, "o"), Column(bars, "h"), Column(bars, "l"), Column(bars, "c"));
        return open.Length == high.Length && open.Length == low.Length && open.Length == close.Length
            && Enumerable.Range(0, open.Length).All(i => low[i] <= Math.Min(open[i], close[i]) && high[i] >= Math.Max(open[i], close[i]));
    }

    [GeneratedRegex("^(24x7|[0-9]{4}-[0-9]{4})$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex SessionForm();
}
