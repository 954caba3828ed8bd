using AlgoStack.ServiceDefaults.Configuration;

namespace AlgoStack.Gateway.Udf;

/// <summary>How a chart learns which symbols there are: by searching, or in group mode by taking all of each venue at once. The protocol knows one of the two.</summary>
internal sealed record SymbolMode(bool IsGroups)
{
    private const string Key = "Udf:Symbols";

    /// <exception cref="InvalidConfigurationException">It is neither.</exception>
    public static SymbolMode Read(IConfiguration configuration) => configuration[Key] switch
    {
        null or "" or "search" => new SymbolMode(false),
        "groups" => new SymbolMode(true),
        var other => throw new InvalidConfigurationException(Key, $"is \"{other}\": expected search or groups."),
    };
}
