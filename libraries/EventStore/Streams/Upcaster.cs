using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace AlgoStack.EventStore.Streams;

/// <summary>A shape that was once stored under a name, and the function that makes the next shape of it.</summary>
internal sealed record Upcaster(string Name, Type From, Type To, Func<object, JsonSerializerOptions, object?> Upcast);

/// <summary>
/// The way from each old shape to the event it is today: v1 → v2 → v3. A step that is missing is found here, before
/// anything is read.
/// </summary>
internal static partial class UpcasterChains
{
    /// <exception cref="EventConfigurationException">A chain does not lead to an event, or a version is left out.</exception>
    public static Dictionary<string, Upcaster[]> Build(IReadOnlyDictionary<string, Type> events, IReadOnlyList<Upcaster> upcasters)
    {
        foreach (var name in events.Keys.Concat(upcasters.Select(u => u.Name))) CheckVersionBefore(name, events, upcasters);

        var types = events.Values.ToHashSet();
        return upcasters.ToDictionary(u => u.Name, u => ChainOf(u, types, upcasters), StringComparer.Ordinal);
    }

    /// <summary><c>order_filled_v3</c> comes after <c>order_filled_v2</c>, and that after <c>order_filled</c>.</summary>
    private static void CheckVersionBefore(string name, IReadOnlyDictionary<string, Type> events, IReadOnlyList<Upcaster> upcasters)
    {
        var match = Version.Match(name);
        if (!match.Success) return;

        var version = int.Parse(match.Groups["version"].Value, CultureInfo.InvariantCulture);
        var before = version == 2 ? match.Groups["name"].Value : $"{match.Groups["name"].Value}_v{version - 1}";
        if (upcasters.Any(u => u.Name == before)) return;

        throw new EventConfigurationException(events.ContainsKey(before)
            ? $"Event '{name}': '{before}', the version before, is an event too; what is stored under it needs an upcast."
            : $"Event '{name}': '{before}', the version before, is missing; what is stored under it needs an upcast.");
    }

    private static Upcaster[] ChainOf(Upcaster first, HashSet<Type> events, IReadOnlyList<Upcaster> upcasters)
    {
        if (events.Contains(first.From))
            throw new EventConfigurationException($"Upcast of '{first.Name}': {first.From.Name} is an event of today and needs none.");

        var chain = new List<Upcaster> { first };
        while (chain[^1] is { To: var shape } && !events.Contains(shape))
        {
            var next = upcasters.Where(u => u.From == shape).ToList();
            if (next.Count != 1 || chain.Contains(next[0]))
            {
                var found = next.Count switch
                {
                    0 => "is neither an event nor upcast any further",
                    1 => $"comes back to where '{next[0].Name}' was",
                    _ => $"is upcast by '{next[0].Name}' and by '{next[1].Name}'",
                };
                throw new EventConfigurationException($"Upcast of '{first.Name}' must end at an event, and gets to {shape.Name}, which {found}.");
            }

            chain.Add(next[0]);
        }

        return [.. chain];
    }

    [GeneratedRegex("^(?<name>.+)_v(?<version>[2-9]|[1-9][0-9]{1,3})$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Version { get; }
}
