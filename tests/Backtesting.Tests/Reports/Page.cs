using System.Xml;
using System.Xml.Linq;
using AlgoStack.Backtesting.Reports;
using AlgoStack.Trading.MarketData;

namespace AlgoStack.Backtesting.Tests.Reports;

/// <summary>A report as a browser would see it.</summary>
internal sealed class Page
{
    private Page(string text)
    {
        Text = text;
        using var reader = XmlReader.Create(new StringReader(text), new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore });
        Root = XDocument.Load(reader).Root!;
    }

    public string Text { get; }

    public XElement Root { get; }

    public IEnumerable<string> Headings => All("h2").Select(h => h.Value);

    public static Page Of(BacktestResult result, BarSeries? bars = null, ParameterSurface? surface = null)
    {
        using var text = new StringWriter();
        HtmlReport.Write(text, result, bars, surface);
        return new Page(text.ToString());
    }

    public IEnumerable<XElement> All(string name, string? ofClass = null) => In(Root, name, ofClass);

    public XElement Section(string id) => Root.Descendants("section").Single(s => s.Attribute("id")?.Value == id);

    public IEnumerable<XElement> In(string section, string name, string? ofClass = null) => In(Section(section), name, ofClass);

    private static IEnumerable<XElement> In(XElement root, string name, string? ofClass) =>
        root.Descendants(name).Where(e => ofClass is null || e.Attribute("class")?.Value.Split(' ').Contains(ofClass) == true);
}
