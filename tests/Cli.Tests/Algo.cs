using System.Text.Json;

namespace AlgoStack.Cli.Tests;

/// <summary>One call of <c>algo</c>: what it printed and how it ended.</summary>
public sealed record Algo(int ExitCode, string Output, string Error)
{
    public JsonElement Json => JsonDocument.Parse(Output).RootElement;

    public IReadOnlyList<string> Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public static async Task<Algo> RunAsync(FakeConsole console, params string[] args) =>
        await RunAsync(["--url", console.Address.AbsoluteUri, .. args], CancellationToken.None);

    public static async Task<Algo> RunAsync(string[] args, CancellationToken cancellationToken)
    {
        await using var output = new StringWriter();
        await using var error = new StringWriter();
        var exitCode = await AlgoCommand.RunAsync(args, new Terminal(output, error), cancellationToken);
        return new Algo(exitCode, output.ToString(), error.ToString());
    }
}
