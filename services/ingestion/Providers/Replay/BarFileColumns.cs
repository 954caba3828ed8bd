using System.Text;

namespace AlgoStack.Ingestion.Providers.Replay;

/// <summary>Where in a line each value is, found by the header's names as people have them: any order, any case, extra columns ignored.</summary>
internal sealed class BarFileColumns
{
    /// <summary>What a field of the line is for; values of <see cref="Roles"/>.</summary>
    public const byte Ignored = 0, Time = 1, TimeOfDay = 2, Symbol = 3, Open = 4, High = 5, Low = 6, Close = 7, Volume = 8;

    public const int RoleCount = 9;

    private static readonly Dictionary<string, byte> Names = new (byte Role, string Names)[]
    {
        (Time, "timestamp datetime date opentime openingtime starttime dateutc day unix"),
        (TimeOfDay, "time"),
        (Symbol, "symbol ticker instrument sym"),
        (Open, "open o openprice"),
        (High, "high h highprice"),
        (Low, "low l lowprice"),
        (Close, "close c closeprice"),
        (Volume, "volume v vol"),
    }.SelectMany(r => r.Names.Split(' '), (r, name) => (r.Role, name)).ToDictionary(r => r.name, r => r.Role, StringComparer.Ordinal);

    private BarFileColumns(byte separator, byte[] roles)
    {
        Separator = separator;
        Roles = roles;
    }

    public byte Separator { get; }

    /// <summary>The role of each field, by position; fields after the last one are ignored.</summary>
    public byte[] Roles { get; }

    public bool Has(byte role) => Array.IndexOf(Roles, role) >= 0;

    /// <exception cref="BarFileException">A column that bars need is missing.</exception>
    public static BarFileColumns Read(string file, ReadOnlySpan<byte> header)
    {
        if (header.StartsWith("\xEF\xBB\xBF"u8)) header = header[3..];

        var text = Encoding.UTF8.GetString(header);
        var separator = text.Contains(',', StringComparison.Ordinal) ? ',' : text.Contains(';', StringComparison.Ordinal) ? ';' : '\t';
        var names = text.Split(separator);
        var roles = new byte[names.Length];
        for (var i = 0; i < names.Length; i++)
        {
            var role = Names.GetValueOrDefault(Plain(names[i]));
            // The first of two columns of one meaning counts.
            if (role != Ignored && Array.IndexOf(roles, role) < 0) roles[i] = role;
        }

        // A lone `time` is the whole time; beside a `date` it is the time of day.
        var time = Array.IndexOf(roles, TimeOfDay);
        if (time >= 0 && Array.IndexOf(roles, Time) < 0) roles[time] = Time;

        Require(file, text, roles);
        return new BarFileColumns((byte)separator, roles[..(Array.FindLastIndex(roles, r => r != Ignored) + 1)]);
    }

    private static void Require(string file, string header, byte[] roles)
    {
        (byte Role, string Name)[] needed =
            [(Time, "timestamp or date"), (Open, "open"), (High, "high"), (Low, "low"), (Close, "close"), (Volume, "volume")];
        var missing = needed.Where(n => Array.IndexOf(roles, n.Role) < 0).Select(n => n.Name).ToArray();
        if (missing.Length == 0) return;

        const int mostShown = 200;
        var shown = header.Length > mostShown ? header[..mostShown] + "…" : header;
        throw new BarFileException(
            BarFileException.Columns,
            $"{file}: line 1: expected a header with timestamp or date, open, high, low, close and volume; "
            + $"missing {string.Join(", ", missing)}; found '{Printable(shown)}'.");
    }

    private static string Printable(string text) => string.Concat(text.Select(c => char.IsControl(c) ? '?' : c));

    private static string Plain(string name) =>
        string.Concat(name.Where(char.IsAsciiLetterOrDigit)).ToLowerInvariant();
}
