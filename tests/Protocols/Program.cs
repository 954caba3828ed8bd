using AlgoStack.Protocols;

// What tests/protocols runs.
if (args is not ([_] or ["--table", _]))
{
    await Console.Error.WriteLineAsync("Which folder? tests/protocols --help explains.");
    return 2;
}

if (!Directory.Exists(args[^1]))
{
    await Console.Error.WriteLineAsync($"{args[^1]} is no folder.");
    return 2;
}

var results = await new ProtocolRun(Console.Out).RunAsync(args[^1]);
if (args.Length == 2)
{
    foreach (var line in ProtocolRun.Table(results)) await Console.Out.WriteLineAsync(line);
}

var failed = results.Count(result => result.Outcome == CaseOutcome.Failed);
await Console.Out.WriteLineAsync($"{results.Count(result => result.Outcome == CaseOutcome.Passed)} passed, {failed} failed");
return failed == 0 ? 0 : 1;
