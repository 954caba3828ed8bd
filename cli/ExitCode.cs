namespace AlgoStack.Cli;

/// <summary>What <c>algo</c> says to the shell. Scripts rely on these; they are added to, never changed.</summary>
internal static class ExitCode
{
    public const int Ok = 0;
    public const int Failed = 1;
    public const int Usage = 2;
    public const int NotReachable = 3;
    public const int NoParity = 4;
    public const int NothingUseful = 5;
    public const int TamperedWith = 6;
    public const int Cancelled = 130;

    public const string Explained = """
        Exit codes:
          0    all done
          1    it was tried and failed
          2    the command line is wrong
          3    the console cannot be reached
          4    live and backtest differ, or one of them has no signals or no orders
          5    the input held nothing useful
          6    events or their seals were changed, or a head is not found
          130  cancelled
        """;
}

/// <summary>Ends the command with an exit code and one sentence.</summary>
internal sealed class CommandFailedException(int exitCode, string message) : Exception(message)
{
    public int ExitCode { get; } = exitCode;
}
