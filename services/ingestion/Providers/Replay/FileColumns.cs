using System.Text;
using AlgoStack.Ingestion.Tape;

namespace AlgoStack.Ingestion.Providers.Replay;

/// <summary>Where in a line each value is, found by the header's names as people have them: any order, any case, extra columns ignored.</summary>
internal sealed class FileColumns
{
    /// <summary>What a field of the line is for; values of <see cref="Roles"/>. A kind's own fields follow from <see cref="FirstField"/>.</summary>
    public const byte Ignored = 0, Time = 1, TimeOfDay = 2, Subject = 3, FirstField = 4;

    private const string TimeHeaders = "timestamp datetime date opentime openingtime starttime dateutc day unix tradetime quotetime observationdate";
    private const string TimeOfDayHeaders = "time";

    private FileColumns(byte separator, byte[] roles, int roleCount)
    {
        Separator = separator;
        Roles = roles;
        RoleCount = roleCount;
    }

    public byte Separator { get; }

    /// <summary>The role of each field, by position; fields after the last one are ignored.</summary>
    public byte[] Roles { get; }

    public int RoleCount { get; }

    public bool Has(int role) => Array.IndexOf(Roles, (byte)role) >= 0;

    /// <exception cref="BarFileException">A column that the kind needs is missing.</exception>
    public static FileColumns Read(string file, ReadOnlySpan<byte> header, TapeKind kind)
    {
        if (header.StartsWith("\xEF\xBB\xBF"u8)) header = header[3..];

        var text = Encoding.UTF8.GetString(header);
        var separator = text.Contains(',', StringComparison.Ordinal) ? ',' : text.Contains(';', StringComparison.Ordinal) ? ';' : '\t';
        var known = RolesOf(kind);
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

        Require(file, text, roles, kind);
        return new FileColumns(
            (byte)separator, roles[..(Array.FindLastIndex(roles, r => r != Ignored) + 1)], FirstField + kind.Fields.Count);
    }

    private static Dictionary<string, byte> RolesOf(TapeKind kind)
    {
        var roles = new Dictionary<string, byte>(StringComparer.Ordinal);
        Add(Time, TimeHeaders);
        Add(TimeOfDay, TimeOfDayHeaders);
        Add(Subject, kind.SubjectHeaders);
        for (var field = 0; field < kind.Fields.Count; field++) Add((byte)(FirstField + field), kind.Fields[field].Headers);
        return roles;

        void Add(byte role, string headers)
        {
            foreach (var header in headers.Split(' ', StringSplitOptions.RemoveEmptyEntries)) roles[header] = role;
        }
    }

    private static void Require(string file, string header, byte[] roles, TapeKind kind)
    {
        (byte Role, string Name)[] needed =
        [
            (Time, "timestamp or date"),
            .. kind.Fields.Select((f, i) => (f, i)).Where(f => f.f.Required).Select(f => ((byte)(FirstField + f.i), f.f.Name)),
        ];
        var missing = needed.Where(n => Array.IndexOf(roles, n.Role) < 0).Select(n => n.Name).ToArray();
        if (missing.Length == 0) return;

        const int mostShown = 200;
        var shown = header.Length > mostShown ? header[..mostShown] + "…" : header;
        throw new BarFileException(
            BarFileException.Columns,
            $"{file}: line 1: expected a header with {string.Join(", ", needed[..^1].Select(n => n.Name))} and {needed[^1].Name}; "
            + $"missing {string.Join(", ", missing)}; found '{Printable(shown)}'.");
    }

    private static string Printable(string text) => string.Concat(text.Select(c => char.IsControl(c) ? '?' : c));

    private static string Plain(string name) =>
        string.Concat(name.Where(char.IsAsciiLetterOrDigit)).ToLowerInvariant();
}
