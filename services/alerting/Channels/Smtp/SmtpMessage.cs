using System.Globalization;
using System.Text;

namespace AlgoStack.Alerting.Channels.Smtp;

/// <summary>An alert as an RFC 5322 message: CRLF lines, ASCII throughout, ready for DATA but for the dots.</summary>
public static class SmtpMessage
{
    /// <summary>RFC 2047: a line with an encoded word is at most 76 characters; this much text fits, frame and <c>Subject: </c> included.</summary>
    private const int MostBytesInWord = 39;

    /// <summary>Line length of base64, RFC 2045.</summary>
    private const int Base64Line = 76;

    /// <summary>RFC 5321: a line is at most 998 characters and its CRLF.</summary>
    private const int LongestLine = 998;

    public static string Write(AlertMessage alert, string from, IReadOnlyList<string> to)
    {
        var text = new StringBuilder();
        Header(text, "From", $"AlgoStack <{from}>");
        Header(text, "To", string.Join(",\r\n ", to), folded: true);
        Header(text, "Subject", Subject($"[{alert.Severity}] {alert.Title}"), folded: true);
        Header(text, "Date", Date(alert.RaisedAt));
        Header(text, "Message-ID", MessageId(alert, from));
        Header(text, "Auto-Submitted", "auto-generated");
        Header(text, "MIME-Version", "1.0");
        Header(text, "Content-Type", "text/plain; charset=utf-8");

        var body = alert.Text.ReplaceLineEndings("\r\n");
        if (IsPlain(body))
        {
            Header(text, "Content-Transfer-Encoding", "7bit");
            text.Append("\r\n").Append(body).Append("\r\n");
        }
        else
        {
            Header(text, "Content-Transfer-Encoding", "base64");
            text.Append("\r\n").Append(Base64(body));
        }

        return text.ToString();
    }

    /// <summary>The same for every attempt, so that a message sent twice can be recognised.</summary>
    public static string MessageId(AlertMessage alert, string from) => $"<{alert.AlertId}@{from[(from.LastIndexOf('@') + 1)..]}>";

    /// <summary>As it is when short and ASCII, otherwise encoded words that never split a character.</summary>
    private static string Subject(string subject)
    {
        // A subject that looks like an encoded word is encoded, or it would be shown as something else.
        if (Ascii.IsValid(subject) && subject.Length <= Base64Line && !subject.Contains("=?", StringComparison.Ordinal)) return subject;

        var words = new List<string>();
        var word = new List<byte>(MostBytesInWord);
        Span<byte> bytes = stackalloc byte[4];
        foreach (var rune in subject.EnumerateRunes())
        {
            var count = rune.EncodeToUtf8(bytes);
            if (word.Count + count > MostBytesInWord)
            {
                words.Add(Word(word));
                word.Clear();
            }

            word.AddRange(bytes[..count]);
        }

        words.Add(Word(word));
        return string.Join("\r\n ", words);
    }

    private static string Word(List<byte> bytes) => $"=?utf-8?B?{Convert.ToBase64String([.. bytes])}?=";

    private static string Date(DateTimeOffset at) => at.UtcDateTime.ToString("ddd, dd MMM yyyy HH:mm:ss '+0000'", CultureInfo.InvariantCulture);

    private static bool IsPlain(string body) =>
        Ascii.IsValid(body) && body.Split("\r\n").All(line => line.Length < LongestLine);

    private static string Base64(string body)
    {
        var encoded = Convert.ToBase64String(Encoding.UTF8.GetBytes(body));
        var lines = new StringBuilder();
        for (var i = 0; i < encoded.Length; i += Base64Line)
            lines.Append(encoded, i, Math.Min(Base64Line, encoded.Length - i)).Append("\r\n");
        return lines.ToString();
    }

    /// <param name="folded">Whether line breaks in the value are ours, each followed by a space.</param>
    private static void Header(StringBuilder text, string name, string value, bool folded = false)
    {
        // Titles are cleaned when raised and addresses checked when configured; this is the wall behind both.
        var checkedValue = folded ? value.Replace("\r\n ", string.Empty, StringComparison.Ordinal) : value;
        if (checkedValue.Any(char.IsControl))
            throw new InvalidOperationException($"The header {name} would hold a control character; that is a header injection.");

        text.Append(name).Append(": ").Append(value).Append("\r\n");
    }
}
