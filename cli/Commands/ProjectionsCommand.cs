using System.CommandLine;
using System.Globalization;
using AlgoStack.Cli.Reaching;
using AlgoStack.Cli.Stores;

namespace AlgoStack.Cli.Commands;

/// <summary><c>algo projections</c>: what follows the event stores, where it is, and whether it runs; pause, resume, rebuild.</summary>
internal static class ProjectionsCommand
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    public static Command Create(SharedOptions shared)
    {
        var service = EventStores.Option();
        var command = new Command("projections", "Show projections and subscriptions: their lag, and whether they run.") { service };
        shared.SetAction(command, (parsed, terminal, console, cancellationToken) =>
            ListAsync(terminal, new EventStores(terminal, console, parsed.GetValue(service)), cancellationToken));

        command.Add(Order(shared, service, "pause", "Stop it after the page in hand, until it is resumed.", PauseAsync));
        command.Add(Order(shared, service, "resume", "Let it go on: after a pause, or once the cause of a poison event is removed.", ResumeAsync));
        command.Add(Order(shared, service, "rebuild", "Build it anew while the old one serves, and wait for that.", RebuildAsync));
        return command;
    }

    private static Command Order(SharedOptions shared, Option<string?> service, string order, string description, Func<Target, CancellationToken, Task<int>> run)
    {
        var name = new Argument<string>("NAME") { Description = "As algo projections shows it." };
        var why = new Option<string?>("--why") { Description = "For whoever looks.", HelpName = "TEXT" };
        var command = new Command(order, description) { name, why };
        shared.SetAction(command, async (parsed, terminal, console, cancellationToken) =>
        {
            var stores = new EventStores(terminal, console, parsed.GetValue(service));
            var owner = await FindAsync(stores, parsed.GetValue(name)!, cancellationToken);
            return await run(new Target(terminal, console, owner, parsed.GetValue(name)!, parsed.GetValue(why)), cancellationToken);
        });
        return command;
    }

    private static async Task<int> ListAsync(Terminal terminal, EventStores stores, CancellationToken cancellationToken)
    {
        StoreProjections[] all =
        [
            .. (await stores.AskAsync<StoreProjections>("projections", cancellationToken)).Select(a => a.Answer with { Service = a.Service }),
        ];
        terminal.Line($"{"",-14} {"",-22} {"",-12} {"state",-9} {"position",10} {"lag",8}");
        foreach (var store in all)
        {
            foreach (var projection in store.Projections) Print(terminal, store.Service, projection);
            if (store.HeldBy is { } holder)
                terminal.Line($"{store.Service,-14} the log may be read to {store.Mark} of {store.Newest}: held by process {holder.Pid} ({holder.Application}, {holder.State}) since {holder.TransactionSince:u}: {holder.Query}");
        }

        terminal.Result(new { stores = all });
        return ExitCode.Ok;
    }

    private static void Print(Terminal terminal, string service, StoreProjection projection)
    {
        terminal.Line(string.Create(
            CultureInfo.InvariantCulture,
            $"{service,-14} {projection.Name,-22} {projection.Kind,-12} {projection.State,-9} {projection.Position,10} {projection.Lag,8}{(projection.LagSeconds >= 1 ? $"  {projection.LagSeconds:0} s" : "")}").TrimEnd());
        if (projection.Stopped is { } stopped) terminal.Line($"{"",-14} {stopped.Why} ({stopped.By}, {EventLine.Time(stopped.Since)})");
        if (projection.Trouble is { } trouble) terminal.Line($"{"",-14} {trouble}");
        if (projection.Rebuild is { } rebuild)
        {
            terminal.Line(rebuild.Error is null
                ? $"{"",-14} being rebuilt, at {rebuild.Position} ({rebuild.By})"
                : $"{"",-14} rebuild given up: {rebuild.Error}");
        }
    }

    private static async Task<string> FindAsync(EventStores stores, string name, CancellationToken cancellationToken)
    {
        var answers = await stores.AskAsync<StoreProjections>("projections", cancellationToken);
        var owners = answers.Where(a => a.Answer.Projections.Any(p => p.Name == name)).Select(a => a.Service).ToArray();
        return owners.Length switch
        {
            1 => owners[0],
            0 => throw new CommandFailedException(
                ExitCode.NothingUseful,
                $"'{name}' is none of {string.Join(", ", answers.SelectMany(a => a.Answer.Projections.Select(p => p.Name)))}."),
            _ => throw new CommandFailedException(ExitCode.Usage, $"'{name}' is in {string.Join(" and ", owners)}: say which with --service."),
        };
    }

    private static async Task<int> PauseAsync(Target target, CancellationToken cancellationToken) =>
        Show(target, await target.PostAsync("pause", cancellationToken));

    private static async Task<int> ResumeAsync(Target target, CancellationToken cancellationToken) =>
        Show(target, await target.PostAsync("resume", cancellationToken));

    private static async Task<int> RebuildAsync(Target target, CancellationToken cancellationToken)
    {
        var projection = await target.PostAsync("rebuild", cancellationToken);
        target.Terminal.Note($"{target.Name} is being rebuilt; the old one serves meanwhile");
        while (projection.Rebuild is { Error: null })
        {
            await Task.Delay(Interval, cancellationToken);
            var store = await target.Console.GetAsync<StoreProjections>(EventStores.Path(target.Service, "projections"), cancellationToken);
            projection = store.Projections.First(p => p.Name == target.Name);
            if (projection.Rebuild is { Error: null } rebuild) target.Terminal.Note($"at {rebuild.Position} of {store.Newest}");
        }

        if (projection.Rebuild is { Error: { } error }) throw new CommandFailedException(ExitCode.Failed, $"The rebuild was given up, and the old one serves: {error}");
        return Show(target, projection);
    }

    private static int Show(Target target, StoreProjection projection)
    {
        Print(target.Terminal, target.Service, projection);
        target.Terminal.Result(new { target.Service, projection });
        return ExitCode.Ok;
    }

    private sealed record Target(Terminal Terminal, ConsoleClient Console, string Service, string Name, string? Why)
    {
        public Task<StoreProjection> PostAsync(string order, CancellationToken cancellationToken) => Console.PostAsync<StoreProjection>(
            EventStores.Path(Service, $"projections/{Uri.EscapeDataString(Name)}/{order}"),
            new { by = $"{Environment.UserName}@{Environment.MachineName}", why = Why },
            cancellationToken);
    }
}
