using System.Globalization;
using System.Text;

namespace AlgoStack.Alerting.Alerts;

/// <summary>
/// Makes text from anywhere fit to store and send: no control characters (PostgreSQL takes no NUL, a line break in a
/// title is a header in an e-mail), no half of a surrogate pair, and within a length. Too long is cut, never refused:
/// a cut alert still wakes somebody.
/// </summary>
public static class AlertText
{
    public const int LongestTitle = 200;
    public const int LongestText = 4_000;

    private const string Ellipsis = "…";

    /// <summary>One line of at most <see cref="LongestTitle"/> characters.</summary>
    public static string Title(string text) => Cut(Clean(text, keepLines: false), LongestTitle);

    /// <summary>Lines separated by <c>\n</c>, at most <see cref="LongestText"/> characters.</summary>
    public static string Body(string text) => Cut(Clean(text, keepLines: true), LongestText);

    /// <summary>At most <paramref name="most"/> UTF-16 units, cut between what a person sees as characters.</summary>
    public static string Cut(string text, int most)
    {
        if (text.Length <= most) return text;

        var room = most - Ellipsis.Length;
        var end = 0;
        while (end < room)
        {
            var next = StringInfo.GetNextTextElementLength(text, end);
            if (end + next > room) break;

            end += next;
        }

        return string.Concat(text.AsSpan(0, end), Ellipsis);
    }

    private static string Clean(string text, bool keepLines)
    {
        var clean = new StringBuilder(Math.Min(text.Length, LongestText * 2));
        // Enumerating runes turns an unpaired surrogate into U+FFFD. Twice the bound is enough to cut from.
        foreach (var rune in text.EnumerateRunes())
        {
            if (clean.Length >= LongestText * 2) break;

            if (rune.Value == '\n' && keepLines) clean.Append('\n');
            else if (rune.Value == '\r' && keepLines) continue;
            else if (Rune.IsControl(rune) || rune.Value is 0x2028 or 0x2029) clean.Append(' ');
            else clean.Append(rune.ToString());
        }

        return clean.ToString().Trim();
    }
}
