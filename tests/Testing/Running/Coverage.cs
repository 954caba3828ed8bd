using System.Globalization;
using System.Xml.Linq;

namespace AlgoStack.Testing.Running;

/// <summary>Which lines of the product any test ran: the union of the reports (Cobertura) of all test projects.</summary>
internal sealed class Coverage
{
    private readonly Dictionary<(string File, int Line), bool> _lines = [];

    public void Add(string report)
    {
        var document = XDocument.Load(report);
        // File names are relative to the report's source folders, which differ from report to report.
        var sources = document.Descendants("source").Select(source => source.Value).ToArray();
        foreach (var type in document.Descendants("class"))
        {
            var file = (string)type.Attribute("filename")!;
            var path = sources.Select(source => Path.Combine(source, file)).FirstOrDefault(File.Exists) ?? file;
            foreach (var line in type.Elements("lines").Elements("line"))
            {
                var key = (path, (int)line.Attribute("number")!);
                _lines[key] = (int)line.Attribute("hits")! > 0 || _lines.GetValueOrDefault(key);
            }
        }
    }

    public override string ToString()
    {
        var covered = _lines.Values.Count(hit => hit);
        return _lines.Count == 0
            ? "unknown: no report was written"
            : string.Create(CultureInfo.InvariantCulture, $"{100.0 * covered / _lines.Count:0.0} % ({covered} of {_lines.Count} lines)");
    }
}
