using System.Globalization;
using System.Text;

namespace AlgoStack.BarFiles;

/// <summary>Where in a line each value is, found by the header's names as people have them: any order, any case, extra columns ignored.</summary>
public sealed class FileColumns
{
    /// <summary>What a field of the line is for; values of <see cref="Roles"/>. A shape's own fields follow from <see cref="FirstField"/>.</summary>
    public const byte Ignored = 0, Time = 1, TimeOfDay = 2, Subject = 3, FirstField = 4;

    private const string TimeHeaders = "timestamp datetime date opentime openingtime starttime dateutc day unix tradetime quotetime observationdate";
    private const string TimeOfDayHeaders = "time";

    private FileColumns(byte separator, byte[] roles, int roleCount)
    {
        Separator = separator;
        Roles = roles;
        RoleCount = roleCount;
    }

    /// <summary>Whether the first line is a row already.</summary>
    internal bool IsHeaderless { get; private init; }

    internal byte Separator { get; }

    /// <summary>The role of each field, by position; fields after the last one are ignored.</summary>
    internal byte[] Roles { get; }

    internal int RoleCount { get; }

    internal bool Has(int role) => Array.IndexOf(Roles, (byte)role) >= 0;

    /// <summary>Whether a first line has the columns that the shape needs.</summary>
    internal static bool Fits(ReadOnlySpan<byte> header, FileShape shape)
    {
        var (_, _, roles, _) = Parse(header, shape);
        return Missing(roles, shape).Length == 0;
    }

    /// <exception cref="BarFileException">A column that the shape needs is missing.</exception>
    internal static FileColumns Read(string file, ReadOnlySpan<byte> header, FileShape shape)
    {
        var (text, separator, roles, isHeaderless) = Parse(header, shape);
        Require(file, text, roles, shape);
        return new FileColumns(
            separator, roles[..(Array.FindLastIndex(roles, r => r != Ignored) + 1)], FirstField + shape.Fields.Count)
        {
            IsHeaderless = isHeaderless,
        };
    }

    private static (string Text, byte Separator, byte[] Roles, bool IsHeaderless) Parse(ReadOnlySpan<byte> header, FileShape shape)
    {
        if (header.StartsWith("\xEF\xBB\xBF"u8)) header = header[3..];

        var first = Encoding.UTF8.GetString(header);
        var isHeaderless = shape.Headerless is { } meant && AreNumbers(first, meant.Split(',').Length);
        var text = isHeaderless ? shape.Headerless! : first;
        var separator = text.Contains(',', StringComparison.Ordinal) ? ',' : text.Contains(';', StringComparison.Ordinal) ? ';' : '\t';
        var known = RolesOf(shape);
        var names = text.Split(separator);
        var roles = new byte[names.Length];
        for (var i = 0; i < names.Length; i++)
        {
            var role = known.GetValueOrDefault(Plain(names[i]));
            // The first of two columns of one meaning counts.
            if (role != Ignored && Array.IndexOf(roles, role) < 0) roles[i] = role;
        }

        // A lone `time` is the whole time; beside a `date` it is the time of day.
        var time = Array.IndexOf(roles, TimeOfDay);
        if (time >= 0 && Array.IndexOf(roles, Time) < 0) roles[time] = Time;
        return (text, (byte)separator, roles, isHeaderless);
    }

    private static bool AreNumbers(string line, int count)
    {
        var fields = line.Split(',');
        return fields.Length == count && fields.All(f => double.TryParse(f, NumberStyles.Float, CultureInfo.InvariantCulture, out _));
    }

    private static Dictionary<string, byte> RolesOf(FileShape shape)
    {
        var roles = new Dictionary<string, byte>(StringComparer.Ordinal);
        Add(Time, TimeHeaders);
        Add(TimeOfDay, TimeOfDayHeaders);
        Add(Subject, shape.SubjectHeaders);
        for (var field = 0; field < shape.Fields.Count; field++) Add((byte)(FirstField + field), shape.Fields[field].Headers);
        return roles;

        void Add(byte role, string headers)
        {
            foreach (var header in headers.Split(' ', StringSplitOptions.RemoveEmptyEntries)) roles[header] = role;
        }
    }

    private static string[] Needed(FileShape shape) => ["timestamp or date", .. shape.Fields.Where(f => f.Required).Select(f => f.Name)];

    private static string[] Missing(byte[] roles, FileShape shape) =>
    [
        .. shape.Fields
            .Select((f, i) => (f.Name, f.Required, Role: (byte)(FirstField + i)))
            .Prepend((Name: "timestamp or date", Required: true, Role: Time))
            .Where(f => f.Required && Array.IndexOf(roles, f.Role) < 0)
            .Select(f => f.Name),
    ];

    private static void Require(string file, string header, byte[] roles, FileShape shape)
    {
        var missing = Missing(roles, shape);
        if (missing.Length == 0) return;

        const int mostShown = 200;
        var shown = header.Length > mostShown ? header[..mostShown] + "…" : header;
        var needed = Needed(shape);
        throw new BarFileException(
            BarFileException.Columns,
            $"{file}: line 1: expected a header with {string.Join(", ", needed[..^1])} and {needed[^1]}; "
            + $"missing {string.Join(", ", missing)}; found '{Printable(shown)}'.");
    }

    private static string Printable(string text) => string.Concat(text.Select(c => char.IsControl(c) ? '?' : c));

    private static string Plain(string name) =>
        string.Concat(name.Where(char.IsAsciiLetterOrDigit)).ToLowerInvariant();
}
