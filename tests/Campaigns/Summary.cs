using System.Globalization;

namespace AlgoStack.Campaigns;

/// <summary>What was done, how often, and what was found wrong: printed as a table at the end.</summary>
internal sealed class Summary(TextWriter output)
{
    private const int MostShown = 20;

    private readonly List<(string What, long Done, int? Violations)> _rows = [];
    private readonly List<string> _violations = [];

    public bool HasViolations => _violations.Count > 0;

    /// <summary>A thing done, and what it found; also said at once, for whoever waits.</summary>
    public void Add(string what, long done, IReadOnlyList<string> violations)
    {
        Merge(what, done, violations.Count);
        _violations.AddRange(violations);
        foreach (var violation in violations.Take(MostShown)) output.WriteLine($"VIOLATION {violation}");
    }

    /// <summary>A count that stands for itself.</summary>
    public void Count(string what, long done) => Merge(what, done, null);

    public void Print(string title)
    {
        output.WriteLine();
        output.WriteLine(title);
        output.WriteLine($"{"",-66} {"done",12} {"violations",11}");
        foreach (var (what, done, violations) in _rows)
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what,-66} {done,12:N0} {violations,11:N0}").TrimEnd());
        foreach (var violation in _violations.Take(MostShown)) output.WriteLine($"VIOLATION {violation}");
        if (_violations.Count > MostShown) output.WriteLine($"... and {_violations.Count - MostShown} more");
    }

    private void Merge(string what, long done, int? violations)
    {
        var at = _rows.FindIndex(r => r.What == what);
        if (at < 0) _rows.Add((what, done, violations));
        else _rows[at] = (what, _rows[at].Done + done, _rows[at].Violations + violations);
    }
}
