using System.Text.Json;
using AlgoStack.Campaigns.Store;
using Microsoft.Extensions.DependencyInjection;

namespace AlgoStack.Campaigns.Processes;

/// <summary>
/// What this program is when the campaign starts it: a writer or a reader, connected as the environment says. Both stop in
/// order when standard input ends, as it does when the campaign dies.
/// </summary>
internal static class ChildPrograms
{
    public const string Write = "write";
    public const string Read = "read";

    private static string Database => Environment.GetEnvironmentVariable(CampaignStore.ConnectionVariable)!;

    public static async Task WriteAsync(string task)
    {
        var what = JsonSerializer.Deserialize<WriterTask>(task)!;
        var report = new Report(Console.Out);
        await using var store = await CampaignStore.StartAsync(Database, what.Schema, options =>
        {
            if (what.Inline) options.Inline<InlineTallies>();
        });
        report.Write("ready");
        using var stop = new CancellationTokenSource();
        var ended = StandardInputEndsAsync(stop);
        await new Writer(store.Log, what, report).RunAsync(stop.Token);
        report.Write("done");
        await ended;
    }

    public static async Task ReadAsync(string schema)
    {
        var report = new Report(Console.Out);
        await using var store = await CampaignStore.StartAsync(
            Database,
            schema,
            options =>
            {
                options.Async<Ledger>();
                options.Async<Tallies>();
                options.Subscribe<Told>();
            },
            services => services.AddSingleton(report));
        report.Write("ready");
        using var stop = new CancellationTokenSource();
        await StandardInputEndsAsync(stop);
    }

    private static async Task StandardInputEndsAsync(CancellationTokenSource stop)
    {
        // The console's own asynchronous reads hold the caller.
        await Task.Run(Console.In.ReadToEnd, CancellationToken.None);
        await stop.CancelAsync();
    }
}
