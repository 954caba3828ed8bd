namespace AlgoStack.Campaigns.Processes;

/// <summary>Ids of the messages that are delivered to everybody.</summary>
internal static class Messages
{
    public static Guid IdOf(int message) => new(message, 0, 0, [1, 0, 0, 0, 0, 0, 0, 0]);

    public static int NumberOf(Guid id) => BitConverter.ToInt32(id.ToByteArray());
}

/// <summary>Numbers that a campaign's seed makes, the same on any machine.</summary>
internal static class Seeds
{
    public static int Of(int seed, string name, int index)
    {
        var hash = 2166136261u;
        foreach (var c in $"{seed}/{name}/{index}") hash = (hash ^ c) * 16777619;
        return (int)(hash & int.MaxValue);
    }
}
