using System.Text;
using System.Xml;

namespace AlgoStack.Backtesting.Reports;

/// <summary>Writes HTML that is well-formed XML too. Text and attributes come out as they are, whatever markup they hold.</summary>
internal sealed class Markup : IDisposable
{
    // These have no end tag in HTML; all others need theirs, though they be empty.
    private static readonly HashSet<string> Voids = ["link", "meta"];

    private readonly XmlWriter _xml;

    /// <param name="output">Stays open.</param>
    public Markup(TextWriter output)
    {
        _xml = XmlWriter.Create(output, new XmlWriterSettings { OmitXmlDeclaration = true, NewLineChars = "\n" });
        _xml.WriteDocType("html", null, null, null);
    }

    /// <summary>An element, to its end when what this returns is disposed of.</summary>
    public Element Open(string name, params ReadOnlySpan<(string Name, string Value)> attributes)
    {
        _xml.WriteStartElement(name);
        foreach (var attribute in attributes) _xml.WriteAttributeString(attribute.Name, Clean(attribute.Value));
        return new Element(_xml, Voids.Contains(name));
    }

    public void Add(string name, params ReadOnlySpan<(string Name, string Value)> attributes) => Open(name, attributes).Dispose();

    public void Add(string name, string text, params ReadOnlySpan<(string Name, string Value)> attributes)
    {
        using (Open(name, attributes)) Text(text);
    }

    public void Text(string text) => _xml.WriteString(Clean(text));

    /// <summary>Code of our own without &lt; and &amp;, which HTML and XML read differently.</summary>
    public void Code(string code) => _xml.WriteRaw(code);

    public void Dispose() => _xml.Dispose();

    /// <summary>With U+FFFD for what neither XML nor a person can read.</summary>
    private static string Clean(string text)
    {
        if (!text.AsSpan().ContainsAnyExceptInRange(' ', '~')) return text;

        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            var isReadable = rune.Value is >= 0x20 and not (0x7F or 0xFFFE or 0xFFFF) or '\t' or '\n';
            clean.Append(isReadable ? rune.ToString() : Rune.ReplacementChar.ToString());
        }

        return clean.ToString();
    }

    /// <summary>An element that was begun.</summary>
    internal readonly struct Element(XmlWriter xml, bool isVoid) : IDisposable
    {
        public void Dispose()
        {
            if (isVoid)
            {
                xml.WriteEndElement();
            }
            else
            {
                xml.WriteFullEndElement();
            }
        }
    }
}
