using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Aspire.Hosting.Running;

/// <summary>
/// Shows each resource's state: a table that redraws itself while the application starts on a terminal, and one line a
/// change before and after that and wherever output is no terminal. A crash shows the end of the log.
/// </summary>
internal sealed class TerminalView : IDisposable
{
    private const int MaxDetail = 300;

    private readonly ApplicationRun _run;
    private readonly TextWriter _out;
    private readonly bool _live;
    private readonly bool _colours;
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly Lock _gate = new();
    private readonly Dictionary<ResourceRunner, ResourceStatus> _shown = [];
    private int _drawn;
    private bool _wasReady;

    public TerminalView(ApplicationRun run, TextWriter output, bool isTerminal)
    {
        _run = run;
        _out = output;
        _live = isTerminal;
        _colours = isTerminal && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        foreach (var runner in run.Runners) runner.Changed += OnChanged;
        if (_live) Draw();
    }

    public static bool IsTerminal =>
        !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("TERM") is { Length: > 0 } terminal && terminal is not "dumb";

    public void Dispose()
    {
        foreach (var runner in _run.Runners) runner.Changed -= OnChanged;
    }

    private void OnChanged(object? sender, EventArgs e)
    {
        var runner = (ResourceRunner)sender!;
        lock (_gate)
        {
            var status = runner.Status;
            if (_live && !_wasReady && status.State is not ResourceState.Stopping and not ResourceState.Stopped)
            {
                if (status.State is ResourceState.Crashed) WriteAbove(LastWords(runner));
                Draw();
            }
            else if (IsNews(runner, status))
            {
                _out.WriteLine(Line(runner));
                if (status.State is ResourceState.Crashed) _out.Write(LastWords(runner));
            }

            if (_wasReady || !_run.IsReady) return;

            _wasReady = true;
            foreach (var address in ExternalAddresses()) _out.WriteLine($"{Seconds()} Ready: {address}");
        }
    }

    // That a starting process now has an id is none, nor what else ails one that is unhealthy: each look finds other figures.
    private bool IsNews(ResourceRunner runner, ResourceStatus status)
    {
        var shown = status with { Pid = null, Detail = status.State is ResourceState.Unhealthy ? null : status.Detail };
        if (_shown.TryGetValue(runner, out var last) && last == shown) return false;

        _shown[runner] = shown;
        return true;
    }

    private IEnumerable<string> ExternalAddresses() => _run.Runners
        .Where(ready => ready.Instance.Resource.Annotations.OfType<ApplicationModel.EndpointAnnotation>().Any(endpoint => endpoint.IsExternal))
        .Select(ready => $"{ready.Instance.Name} is at {ready.Instance.Url}");

    private void Draw()
    {
        var text = new StringBuilder();
        if (_drawn > 0) text.Append(CultureInfo.InvariantCulture, $"\e[{_drawn}A");
        foreach (var runner in _run.Runners) text.Append("\e[2K").Append(Line(runner)).Append('\n');
        _drawn = _run.Runners.Count;
        _out.Write(text);
        _out.Flush();
    }

    // The table moves down; what scrolls away above it stays.
    private void WriteAbove(string text)
    {
        if (_drawn > 0) _out.Write(string.Create(CultureInfo.InvariantCulture, $"\e[{_drawn}A\e[J"));
        _out.Write(text);
        _drawn = 0;
    }

    private static string LastWords(ResourceRunner runner)
    {
        var tail = LogFile.TailAsync(runner.Instance.LogPath, CancellationToken.None).GetAwaiter().GetResult();
        return $"  {runner.Instance.Name} crashed ({runner.Status.Detail}); the end of {runner.Instance.LogPath}:\n"
            + string.Concat(tail.Split('\n').Select(line => $"  | {line}\n"));
    }

    private string Line(ResourceRunner runner)
    {
        var status = runner.Status;
        var detail = status.Detail ?? (status.State is ResourceState.Healthy or ResourceState.Starting ? runner.Instance.Url : null) ?? "";
        if (detail.Length > MaxDetail) detail = detail[..MaxDetail];
        // A line that wraps would spoil the count of lines to go back up.
        var width = _live && !_wasReady ? Math.Max(40, TerminalWidth()) : int.MaxValue;
        var plain = $"{Seconds()} {runner.Instance.Name,-16} {status.State.ToString().ToLowerInvariant(),-10} {detail.ReplaceLineEndings(" ")}".TrimEnd();
        if (plain.Length >= width) plain = plain[..(width - 1)];
        return _colours ? $"{Colour(status.State)}{plain}\e[0m" : plain;
    }

    private string Seconds() => string.Create(CultureInfo.InvariantCulture, $"{Stopwatch.GetElapsedTime(_started).TotalSeconds,6:0.0} s");

    private static int TerminalWidth()
    {
        try
        {
            return Console.WindowWidth;
        }
        catch (IOException)
        {
            return 80;
        }
    }

    private static string Colour(ResourceState state) => state switch
    {
        ResourceState.Healthy or ResourceState.Finished => "\e[32m",
        ResourceState.Crashed or ResourceState.Failed or ResourceState.Unhealthy => "\e[31m",
        ResourceState.Starting => "\e[33m",
        _ => "\e[2m",
    };
}
