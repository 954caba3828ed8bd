using System.Globalization;
using System.Text;

namespace AlgoStack.Backtesting.Reports;

/// <summary>
/// A chart that fills whatever width it is given: lines are stretched to it, texts and marks are not. What lies at a share of
/// the width or height is written in percent, which SVG resolves against the drawing as it is shown.
/// </summary>
/// <param name="ticks">On the lower axis, from the left, 0, to the right, 1; so is every X here.</param>
internal sealed class Chart(ValueScale values, IEnumerable<(double X, string Text)> ticks)
{
    /// <summary>What a line keeps across, about one a pixel.</summary>
    public const int Columns = 1_000;

    // What lines are drawn in before they are stretched.
    private const int Units = 1_000;
    private const int MostReadouts = 500;
    private const int MostRows = 6;

    private readonly StringBuilder _path = new();

    /// <summary>A figure: legend, axes, what <paramref name="draw"/> draws, and what the pointer reads.</summary>
    /// <param name="about">What the chart shows, for who does not see it.</param>
    /// <param name="legend">Class and text of each kind of line or mark.</param>
    /// <param name="tick">A value on the axis, given it and the distance to the next.</param>
    /// <param name="readouts">What the pointer reads, from left to right.</param>
    public void Write(
        Markup html,
        string about,
        IReadOnlyList<(string Key, string Text)> legend,
        Func<double, double, string> tick,
        IReadOnlyList<(double X, string Text)> readouts,
        Action draw)
    {
        using var figure = html.Open("figure");
        using (html.Open("figcaption"))
        {
            foreach (var (key, text) in legend) html.Add("span", text, ("class", $"key {key}"));
            html.Add("span", readouts.Count > 0 ? readouts[^1].Text : "", ("class", "readout"));
        }

        var every = (readouts.Count / MostReadouts) + 1;
        var said = readouts.Where((_, i) => i % every == 0 || i == readouts.Count - 1).ToList();
        using (html.Open("div", ("class", "plot")))
        using (html.Open(
            "svg",
            ("class", "chart"),
            ("role", "img"),
            ("aria-label", about),
            ("data-at", string.Join(' ', said.Select(r => Share(r.X)))),
            ("data-say", string.Join('|', said.Select(r => r.Text)))))
        {
            WriteAxes(html, tick);
            draw();
            html.Add("line", ("class", "cursor"), ("y1", "0"), ("y2", "100%"), ("x1", "0"), ("x2", "0"));
        }
    }

    /// <summary>A line through points from left to right, thinned where there are more than columns.</summary>
    public void WriteLine(Markup html, string key, IReadOnlyList<(double X, double Value)> points)
    {
        _path.Clear();
        // One point alone is no line: it goes across.
        if (points.Count == 1) points = [(0, points[0].Value), (1, points[0].Value)];
        foreach (var (x, value) in Thinned(points)) LineTo(x, value);
        WritePath(html, key);
    }

    /// <summary>The area between a line and a value.</summary>
    public void WriteArea(Markup html, string key, IReadOnlyList<(double X, double Value)> points, double from)
    {
        if (points.Count < 2) return;
        _path.Clear();
        LineTo(points[0].X, from);
        foreach (var (x, value) in Thinned(points)) LineTo(x, value);
        LineTo(points[^1].X, from);
        WritePath(html, key);
    }

    /// <summary>The area between the highs and the lows.</summary>
    public void WriteBand(Markup html, string key, IReadOnlyList<(double X, double Low, double High)> points)
    {
        _path.Clear();
        foreach (var point in points) LineTo(point.X, point.High);
        foreach (var point in points.Reverse()) LineTo(point.X, point.Low);
        WritePath(html, key);
    }

    /// <summary>A mark that is defined in the page, with its middle at a point.</summary>
    public void WriteMark(Markup html, string key, double x, double value) =>
        html.Add("use", ("href", $"#{key}"), ("class", key), ("x", Percent(x)), ("y", Percent(values.At(value))));

    /// <summary>A straight line from one point to another.</summary>
    public void WriteSegment(Markup html, string key, (double X, double Value) from, (double X, double Value) to) =>
        html.Add(
            "line",
            ("class", key),
            ("x1", Percent(from.X)),
            ("y1", Percent(values.At(from.Value))),
            ("x2", Percent(to.X)),
            ("y2", Percent(values.At(to.Value))));

    /// <summary>A bar from zero up.</summary>
    public void WriteBar(Markup html, string key, double fromX, double toX, double value) =>
        html.Add(
            "rect",
            ("class", key),
            ("x", Percent(fromX)),
            ("y", Percent(values.At(value))),
            ("width", Percent(toX - fromX)),
            ("height", Percent(1 - values.At(value))));

    /// <summary>A share of the width or height of an SVG.</summary>
    public static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.##}%");

    private void WriteAxes(Markup html, Func<double, double, string> tick)
    {
        var (step, rounds) = values.Ticks(MostRows);
        foreach (var value in rounds)
        {
            var y = Percent(values.At(value));
            html.Add("line", ("class", "grid"), ("x1", "0"), ("x2", "100%"), ("y1", y), ("y2", y));
            html.Add("text", tick(value, step), ("class", "tick"), ("x", "-8"), ("y", y), ("dy", "4"), ("text-anchor", "end"));
        }

        var count = 0;
        foreach (var (share, text) in ticks)
        {
            var x = Percent(share);
            var key = count++ % 2 == 0 ? "tick" : "tick other";
            html.Add("line", ("class", "grid"), ("y1", "0"), ("y2", "100%"), ("x1", x), ("x2", x));
            html.Add("text", text, ("class", key), ("x", x), ("y", "100%"), ("dy", "18"), ("text-anchor", "middle"));
        }
    }

    /// <summary>Of each column the least and the greatest, in their order, and the last of all.</summary>
    private static IReadOnlyList<(double X, double Value)> Thinned(IReadOnlyList<(double X, double Value)> points)
    {
        if (points.Count <= 2 * Columns) return points;

        var kept = new List<(double X, double Value)>();
        for (int from = 0, to; from < points.Count; from = to)
        {
            var column = (int)(points[from].X * Columns);
            var (least, greatest) = (from, from);
            for (to = from + 1; to < points.Count && (int)(points[to].X * Columns) == column; to++)
            {
                if (points[to].Value < points[least].Value) least = to;
                if (points[to].Value > points[greatest].Value) greatest = to;
            }

            kept.Add(points[Math.Min(least, greatest)]);
            if (least != greatest) kept.Add(points[Math.Max(least, greatest)]);
        }

        kept.Add(points[^1]);
        return kept;
    }

    private void LineTo(double x, double value)
    {
        _path.Append(_path.Length == 0 ? 'M' : 'L').Append(Share(x)).Append(' ').Append(Share(values.At(value)));
    }

    private void WritePath(Markup html, string key)
    {
        using var stretched = html.Open(
            "svg", ("viewBox", "0 0 1000 1000"), ("preserveAspectRatio", "none"), ("width", "100%"), ("height", "100%"));
        html.Add("path", ("class", key), ("d", _path.ToString()));
    }

    private static string Share(double share) => string.Create(CultureInfo.InvariantCulture, $"{Units * share:0.#}");
}
