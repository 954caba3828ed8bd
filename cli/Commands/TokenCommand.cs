using System.CommandLine;
using AlgoStack.Cli.Reaching;

namespace AlgoStack.Cli.Commands;

/// <summary><c>algo token</c>: what other programs put into <c>Authorization: Bearer</c>.</summary>
internal static class TokenCommand
{
    public static Command Create(SharedOptions shared)
    {
        var command = new Command("token", "Print what lets a program in, for curl -H \"Authorization: Bearer $(algo token)\". Of an API key it is good for five minutes.");
        shared.SetAction(command, async (_, terminal, console, cancellationToken) =>
        {
            if (await console.TokenAsync(cancellationToken) is not { } token) return terminal.Fail(ExitCode.Usage, ConsoleCredential.Hint);

            terminal.Line(token);
            terminal.Result(new { token });
            return ExitCode.Ok;
        });
        return command;
    }
}
