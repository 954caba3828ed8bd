namespace AlgoStack.Campaigns.Processes;

/// <summary>
/// What a process tells the campaign, a line at a time: once a line is written it outlives a kill of the process, for it
/// is in the pipe.
/// </summary>
internal sealed class Report(TextWriter output)
{
    private readonly Lock _turn = new();

    public void Write(string line)
    {
        lock (_turn)
        {
            output.Write(line + "\n");
            output.Flush();
        }
    }

    /// <summary>Something that the store must never do, whatever is killed.</summary>
    public void Complain(string what) => Write($"bad {what.ReplaceLineEndings(" ")}");
}
