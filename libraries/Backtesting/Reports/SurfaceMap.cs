using System.Globalization;

namespace AlgoStack.Backtesting.Reports;

/// <summary>What a sweep found over two parameters: the plateaus, and the peaks not to trust.</summary>
internal static class SurfaceMap
{
    private const int MostCells = 50;
    private const int MostTexts = 12;
    private const int Shades = 7;
    private const int Best = 5;

    public static void Write(Markup html, ParameterSurface surface)
    {
        using var section = html.Open("section", ("id", "surface"));
        html.Add("h2", $"{surface.Measure} by {surface.XName} and {surface.YName}");
        var points = Points(surface);
        if (points.Count == 0)
        {
            html.Add("p", "No combination has a value.", ("class", "note"));
            return;
        }

        using (html.Open("figure"))
        {
            html.Add(
                "figcaption",
                $"{surface.XName} across, {surface.YName} upwards; the stronger the colour, the more. ● is the best: {Text(surface, points[0])}.");
            using (html.Open("div", ("class", "plot")))
            using (html.Open(
                "svg",
                ("class", "chart surface"),
                ("role", "img"),
                ("aria-label", $"Heat map of {surface.Measure} over {surface.XName} and {surface.YName}; the best is {Text(surface, points[0])}.")))
            {
                WriteCells(html, surface, points);
            }
        }

        WriteBest(html, surface, points);
        if (Math.Max(surface.X.Count, surface.Y.Count) > MostCells)
        {
            html.Add(
                "p",
                $"Of {Numbers.Count(surface.X.Count)} × {Numbers.Count(surface.Y.Count)} combinations a cell shows the mean of those that fall on it.",
                ("class", "note"));
        }
    }

    /// <summary>Every combination with a value, the best first.</summary>
    private static List<Point> Points(ParameterSurface surface) =>
        [.. from y in Enumerable.Range(0, surface.Y.Count)
            from x in Enumerable.Range(0, surface.X.Count)
            let value = surface.Values[y, x] ?? double.NaN
            where double.IsFinite(value)
            orderby value descending
            select new Point(x, y, value)];

    private static void WriteCells(Markup html, ParameterSurface surface, List<Point> points)
    {
        var (columns, rows) = (Math.Min(surface.X.Count, MostCells), Math.Min(surface.Y.Count, MostCells));
        var (best, worst) = (points[0], points[^1]);
        var cells = points.ToLookup(p => (Column: p.X * columns / surface.X.Count, Row: p.Y * rows / surface.Y.Count));
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < columns; column++)
            {
                var cell = cells[(column, row)].ToList();
                double? mean = cell.Count > 0 ? cell.Average(p => p.Value) : null;
                var value = (mean is { } number ? Numbers.Ratio(number) : Numbers.Unknown) + (cell.Contains(best) ? " ●" : "");
                using var group = html.Open("g");
                html.Add("title", $"{surface.XName} {FirstOf(surface.X, column, columns)}, {surface.YName} {FirstOf(surface.Y, row, rows)}: {value}");
                html.Add(
                    "rect",
                    ("class", mean is { } m ? Shade((m - worst.Value) / (best.Value - worst.Value)) : "unknown"),
                    ("x", Chart.Percent((double)column / columns)),
                    ("y", Chart.Percent(1 - ((row + 1.0) / rows))),
                    ("width", Chart.Percent(1.0 / columns)),
                    ("height", Chart.Percent(1.0 / rows)));
                if (columns <= MostTexts || cell.Contains(best))
                    WriteText(html, "value", columns <= MostTexts ? value : "●", (column + 0.5) / columns, 1 - ((row + 0.5) / rows), "4", "middle");
            }
        }

        for (var column = 0; column < columns; column += Every(columns))
            WriteText(html, "tick", FirstOf(surface.X, column, columns), (column + 0.5) / columns, 1, "18", "middle");
        for (var row = 0; row < rows; row += Every(rows))
            WriteText(html, "tick row", FirstOf(surface.Y, row, rows), 0, 1 - ((row + 0.5) / rows), "4", "end");
    }

    private static void WriteText(Markup html, string key, string text, double x, double y, string down, string anchor) =>
        html.Add("text", text, ("class", key), ("x", Chart.Percent(x)), ("y", Chart.Percent(y)), ("dy", down), ("text-anchor", anchor));

    private static void WriteBest(Markup html, ParameterSurface surface, List<Point> points)
    {
        using var table = html.Open("table", ("class", "numbers"));
        using (html.Open("thead"))
        using (html.Open("tr"))
        {
            foreach (var head in (string[])["Best", surface.XName, surface.YName, surface.Measure]) html.Add("th", head, ("scope", "col"));
        }

        using var body = html.Open("tbody");
        foreach (var (place, point) in points.Take(Best).Index())
        {
            using var row = html.Open("tr");
            html.Add("th", Numbers.Count(place + 1), ("scope", "row"));
            html.Add("td", Numbers.Short(surface.X[point.X]));
            html.Add("td", Numbers.Short(surface.Y[point.Y]));
            html.Add("td", Numbers.Ratio(point.Value));
        }
    }

    private static string Text(ParameterSurface surface, Point point) =>
        $"{surface.XName} {Numbers.Short(surface.X[point.X])}, {surface.YName} {Numbers.Short(surface.Y[point.Y])}, "
        + $"{surface.Measure} {Numbers.Ratio(point.Value)}";

    /// <summary>The least of the values that share a cell.</summary>
    private static string FirstOf(IReadOnlyList<double> values, int cell, int cells) =>
        Numbers.Short(values[((cell * values.Count) + cells - 1) / cells]);

    private static int Every(int cells) => (cells + MostTexts - 1) / MostTexts;

    /// <param name="share">From the worst, 0, to the best, 1; no number where they are equal.</param>
    private static string Shade(double share) =>
        string.Create(CultureInfo.InvariantCulture, $"shade-{(share >= 0 ? Math.Min((int)(Shades * share), Shades - 1) : 0)}");

    private readonly record struct Point(int X, int Y, double Value);
}
