using System.Diagnostics;

namespace AlgoStack.ServiceDefaults;

/// <summary>Who goes first where services share a machine that is busy.</summary>
public static class ServicePriority
{
    // Where Linux groups processes by session, each service being one, it weighs the groups by this file and not by nice.
    private const string GroupFile = "/proc/self/autogroup";

    /// <summary>
    /// Lets the services that trade go first. To be called before the process has threads, which take their priority from
    /// the one that starts them.
    /// </summary>
    public static void YieldToTrading()
    {
        const int BelowNormal = 10;
        using var process = Process.GetCurrentProcess();
        process.PriorityClass = ProcessPriorityClass.BelowNormal;
        if (File.Exists(GroupFile)) File.WriteAllText(GroupFile, BelowNormal.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }
}
