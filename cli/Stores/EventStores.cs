using System.CommandLine;
using AlgoStack.Cli.Reaching;

namespace AlgoStack.Cli.Stores;

/// <summary>The event stores behind the console: one that is named, or all of them.</summary>
internal sealed class EventStores(Terminal terminal, ConsoleClient console, string? service)
{
    private static readonly string[] All = ["broker-routing", "signal", "alerting", "backtest"];

    /// <summary>Has the audit trail, which is for administrators: it is asked when it is named.</summary>
    private const string Gateway = "gateway";

    public IReadOnlyList<string> Services => service is null ? All : [service];

    public static Option<string?> Option()
    {
        var option = new Option<string?>("--service")
        {
            Description = $"The store of this service alone: {string.Join(", ", All)}; or {Gateway}, who did what, which is in no other answer.",
            HelpName = "SERVICE",
            Recursive = true,
        };
        option.AcceptOnlyFromAmong([.. All, Gateway]);
        return option;
    }

    public static string Path(string service, string path) => $"/api/v1/stores/{service}/{path}";

    /// <summary>
    /// What each store answers. Of several, one that is away is noted and left out, and one that knows nothing of it is left
    /// out.
    /// </summary>
    public async Task<IReadOnlyList<(string Service, T Answer)>> AskAsync<T>(string path, CancellationToken cancellationToken)
    {
        var answers = new List<(string, T)>();
        ConsoleProblemException? away = null;
        foreach (var name in Services)
        {
            try
            {
                answers.Add((name, await console.GetAsync<T>(Path(name, path), cancellationToken)));
            }
            catch (ConsoleProblemException e) when (e.Code == "stream_not_found")
            {
                // It may be another store's.
            }
            catch (ConsoleProblemException e) when (service is null && e.IsPassing)
            {
                terminal.Note($"{name}: {e.Message}");
                away = e;
            }
        }

        return answers.Count == 0 && away is not null ? throw away : answers;
    }
}
