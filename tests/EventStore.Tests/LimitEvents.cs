using System.Text.Json.Nodes;

namespace AlgoStack.EventStore.Tests;

/// <summary>As the first version wrote it.</summary>
public sealed record LimitSetFirst(decimal Limit);

public sealed record LimitSetSecond(decimal Limit, string Currency);

/// <summary>As it is today.</summary>
public sealed record LimitSet(decimal Limit, string Currency, string By);

public sealed record LimitLifted(string Reason, string By);

/// <summary>A store whose events came to a third version.</summary>
internal static class LimitStore
{
    public static void RegisterFirst(EventStoreOptions options) => options.Event<LimitSetFirst>("limit_set");

    public static void RegisterThird(EventStoreOptions options)
    {
        options.Upcast<LimitSetFirst, LimitSetSecond>("limit_set", first => new LimitSetSecond(first.Limit, "USD"));
        options.Upcast<LimitSetSecond, LimitSet>("limit_set_v2", second => new LimitSet(second.Limit, second.Currency, "unknown"));
        options.Event<LimitSet>("limit_set_v3");
        options.Upcast<LimitLifted>("limit_lifted", first => new JsonObject
        {
            ["Reason"] = $"{(string?)first["Why"]}",
            ["By"] = (string?)first["Who"] ?? throw new FormatException("Who lifted it is not said."),
        });
        options.Event<LimitLifted>("limit_lifted_v2");
    }
}
