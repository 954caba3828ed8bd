using System.CommandLine;
using System.Globalization;
using AlgoStack.Cli.Chains;
using AlgoStack.Cli.Reaching;
using AlgoStack.EventStore.Chain;

namespace AlgoStack.Cli.Commands;

/// <summary>
/// <c>algo verify chain</c>: is every event as it was sealed? The services verify their own logs; who trusts none of them
/// names the database, and this process does it.
/// </summary>
internal static class VerifyChain
{
    private const int HashDigits = 64;

    public static Command Create(SharedOptions shared)
    {
        var heads = new Option<string[]>("--head") { Description = "A hash that was written down earlier, to be found in a chain.", HelpName = "HASH" };
        var service = new Option<string?>("--service") { Description = "Of this service alone.", HelpName = "NAME" };
        var database = new Option<string?>("--database") { Description = "Verify here, over this connection, and not in the services.", HelpName = "CONNECTION" };
        var schema = new Option<string?>("--schema") { Description = "Of this schema of the database alone.", HelpName = "NAME" };
        service.AcceptOnlyFromAmong([.. ServiceChains.Services]);
        heads.Validators.Add(result =>
        {
            foreach (var token in result.Tokens)
                if (token.Value.Length != HashDigits || !token.Value.All(char.IsAsciiHexDigit)) result.AddError($"--head: expected {HashDigits} hexadecimal digits, found '{token.Value}'.");
        });

        var command = new Command("chain", "Verify the hash chain over each service's log of events.") { heads, service, database, schema };
        command.Validators.Add(result =>
        {
            if (result.GetResult(service) is not null && result.GetResult(database) is not null) result.AddError("--service and --database exclude each other.");
            if (result.GetResult(schema) is not null && result.GetResult(database) is null) result.AddError("--schema goes with --database.");
        });
        shared.SetAction(command, async (parsed, terminal, cancellationToken) =>
        {
            var asked = parsed.GetValue(heads) ?? [];
            if (parsed.GetValue(database) is { } connection)
            {
                return await ReportAsync(terminal, asked, DatabaseChains.VerifyAsync(connection, parsed.GetValue(schema), asked, cancellationToken));
            }

            using var console = new ConsoleClient(ConsoleAddress.Find(parsed.GetValue(shared.Url)));
            return await ReportAsync(terminal, asked, ServiceChains.VerifyAsync(console, parsed.GetValue(service), asked, cancellationToken));
        });
        return command;
    }

    private static async Task<int> ReportAsync(Terminal terminal, string[] heads, IAsyncEnumerable<ChainPiece> pieces)
    {
        var stores = new List<StoreResult>();
        var findings = new List<ChainFinding>();
        await foreach (var (store, finding, report) in pieces)
        {
            if (finding is not null)
            {
                terminal.Line($"{store,-15} {finding.Message}");
                if (terminal.Json) findings.Add(finding);
            }

            if (report is null) continue;

            stores.Add(new StoreResult(store, report.Findings == 0, report, findings));
            findings = [];
            terminal.Line(string.Create(
                CultureInfo.InvariantCulture,
                $"{store,-15} {(report.Findings == 0 ? "whole" : "TAMPERED")}: {report.Events:N0} events in {report.Seals:N0} seals, {report.Unsealed:N0} not sealed yet, {report.Findings:N0} findings, head {report.Head?.Hash ?? "none"}"));
        }

        var found = heads.Select(hash => Find(hash, stores)).ToList();
        foreach (var head in found) terminal.Line(Describe(head));
        var whole = stores.TrueForAll(s => s.Whole) && found.TrueForAll(h => h.Store is not null);
        terminal.Result(new { whole, stores, heads = found });
        return whole ? ExitCode.Ok : ExitCode.TamperedWith;
    }

    private static HeadResult Find(string hash, List<StoreResult> stores)
    {
        foreach (var store in stores)
        {
            if (store.Report.Found.FirstOrDefault(h => h.Hash.Equals(hash, StringComparison.OrdinalIgnoreCase)) is { } head)
                return new HeadResult(hash, store.Store, head.Number, store.Report.Head!.Number - head.Number, head.Sequence);
        }

        return new HeadResult(hash, null, null, null, null);
    }

    private static string Describe(HeadResult head) => head.Store is null
        ? $"head {head.Hash} is in none of these chains: the newest events were removed with their seals, or seals were made anew"
        : string.Create(CultureInfo.InvariantCulture, $"head {head.Hash} is seal {head.Seal:N0} of {head.Store}, up to sequence {head.Sequence}; {head.After:N0} seals follow");

    private sealed record StoreResult(string Store, bool Whole, ChainReport Report, IReadOnlyList<ChainFinding> Findings);

    /// <param name="Store">Null when no chain has it.</param>
    /// <param name="After">How many seals follow.</param>
    private sealed record HeadResult(string Hash, string? Store, long? Seal, long? After, long? Sequence);
}
