namespace AlgoStack.Gateway.Push;

/// <summary>What can be subscribed to.</summary>
[Flags]
internal enum PushKinds
{
    None = 0,

    /// <summary>The newest close of an instrument; of several that wait for one client the newest alone is sent.</summary>
    Prices = 1,
    Bars = 2,
    Signals = 4,

    /// <summary>Everything that happens to an order, its fills included.</summary>
    Orders = 8,
    Fills = 16,

    /// <summary>That a position has changed; what it is now is read over HTTP.</summary>
    Positions = 32,
    Alerts = 64,
    Health = 128,
}

internal static class PushKind
{
    public static IReadOnlyDictionary<string, PushKinds> ByName { get; } =
        Enum.GetValues<PushKinds>().Where(kind => kind != PushKinds.None).ToDictionary(Name, StringComparer.Ordinal);

    public static IReadOnlyList<string> Names(PushKinds kinds) => [.. ByName.Where(kind => kinds.HasFlag(kind.Value)).Select(kind => kind.Key)];

    private static string Name(PushKinds kind) => kind.ToString().ToLowerInvariant();
}
