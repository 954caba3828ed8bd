using System.Globalization;
using System.Text.Json;

namespace Aspire.Hosting.Running;

/// <summary>
/// Tells other programs of this machine where everything is, as long as it runs: one JSON object, resource name to address,
/// process id, state and number of crashes, one resource a line. The host itself is in it as <c>apphost</c>, healthy when all the others are.
/// </summary>
internal sealed class EndpointsFile : IDisposable
{
    private readonly string _path;
    private readonly IReadOnlyList<ResourceRunner> _runners;
    private readonly Lock _gate = new();

    public EndpointsFile(string path, IReadOnlyList<ResourceRunner> runners)
    {
        _path = path;
        _runners = runners;
        foreach (var runner in runners) runner.Changed += OnChanged;
        Write();
    }

    public void Dispose()
    {
        foreach (var runner in _runners) runner.Changed -= OnChanged;
        lock (_gate) File.Delete(_path);
    }

    private static string Line(string name, string? url, int? pid, ResourceState state, int crashes) => string.Create(
        CultureInfo.InvariantCulture,
        $$"""  {{JsonSerializer.Serialize(name)}}: {"url": {{JsonSerializer.Serialize(url)}}, "pid": {{JsonSerializer.Serialize(pid)}}, "state": "{{state.ToString().ToLowerInvariant()}}", "crashes": {{crashes}}}""");

    private void OnChanged(object? sender, EventArgs e) => Write();

    private void Write()
    {
        lock (_gate)
        {
            var ready = _runners.All(runner => runner.Status.State is ResourceState.Healthy or ResourceState.Finished or ResourceState.NotStarted);
            var lines = _runners
                .Select(runner => Line(runner.Instance.Name, runner.Instance.Url, runner.Status.Pid, runner.Status.State, runner.Crashes))
                .Prepend(Line("apphost", null, Environment.ProcessId, ready ? ResourceState.Healthy : ResourceState.Starting, 0));
            // Whole or not at all, for who reads it meanwhile.
            File.WriteAllText(_path + ".new", $"{{\n{string.Join(",\n", lines)}\n}}\n");
            File.Move(_path + ".new", _path, overwrite: true);
        }
    }
}
