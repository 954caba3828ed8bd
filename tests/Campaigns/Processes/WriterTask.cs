namespace AlgoStack.Campaigns.Processes;

/// <summary>What a writing process is to do.</summary>
/// <param name="Name">Of this start of the process; sessions are named for it.</param>
/// <param name="Workers">How many sessions it has open at a time.</param>
/// <param name="Start">The number of each worker's first session; streams change with it, so that lists stay short.</param>
/// <param name="Sessions">How many sessions each worker saves; null goes on until standard input ends.</param>
/// <param name="Inline">Whether its appends are projected inline.</param>
internal sealed record WriterTask(
    string Schema, string Name, int Seed, WriterLoad Load, int Workers, int Start = 0, int? Sessions = null, bool Inline = false);

internal enum WriterLoad
{
    /// <summary>All that a session can do, and reads between.</summary>
    Mixed,

    /// <summary>All append to one stream at any version.</summary>
    AnyVersion,

    /// <summary>All append to one stream at the version they find, and try again when somebody was first.</summary>
    ExpectedVersion,
}
