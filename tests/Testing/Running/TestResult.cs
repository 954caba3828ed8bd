using System.Globalization;
using System.Xml.Linq;

namespace AlgoStack.Testing.Running;

internal readonly record struct TestCounts(int Passed, int Failed, int Skipped)
{
    public static TestCounts operator +(TestCounts left, TestCounts right) =>
        new(left.Passed + right.Passed, left.Failed + right.Failed, left.Skipped + right.Skipped);

    public override string ToString() => Skipped == 0
        ? string.Create(CultureInfo.InvariantCulture, $"{Passed} passed, {Failed} failed")
        : string.Create(CultureInfo.InvariantCulture, $"{Passed} passed, {Failed} failed, {Skipped} skipped");
}

/// <summary>What a test project's result file (trx) says.</summary>
internal sealed record TestResult(TestCounts Counts, IReadOnlyList<string> Failures)
{
    private const int ShownStackLines = 6;

    public static TestResult Read(string path)
    {
        if (!File.Exists(path)) return new TestResult(new TestCounts(0, 0, 0), []);

        var results = XDocument.Load(path).Descendants().Where(element => element.Name.LocalName is "UnitTestResult").ToArray();
        int Count(string outcome) => results.Count(result => string.Equals((string?)result.Attribute("outcome"), outcome, StringComparison.Ordinal));
        return new TestResult(
            new TestCounts(Count("Passed"), Count("Failed"), Count("NotExecuted")),
            [.. results.Where(result => (string?)result.Attribute("outcome") is "Failed").Select(Describe)]);
    }

    private static string Describe(XElement result)
    {
        string Text(string name) => result.Descendants().FirstOrDefault(element => string.Equals(element.Name.LocalName, name, StringComparison.Ordinal))?.Value ?? "";
        var stack = string.Join('\n', Text("StackTrace").Split('\n').Take(ShownStackLines));
        return $"{(string?)result.Attribute("testName")}\n    {Text("Message").ReplaceLineEndings("\n    ")}\n    {stack.ReplaceLineEndings("\n    ")}";
    }
}
