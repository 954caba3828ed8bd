using System.Collections.Frozen;
using AlgoStack.ServiceDefaults.Clients;

namespace AlgoStack.Gateway.Udf;

/// <summary>The instruments that ingestion knows, by id. Kept for a moment: a search asks with every key that is pressed.</summary>
internal sealed class SymbolList(TimeProvider clock)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(5);

    private Kept? _kept;

    public async Task<IReadOnlyList<Symbol>> ReadAsync(TapeClient tape, CancellationToken cancellationToken) => (await KeptAsync(tape, cancellationToken)).All;

    /// <summary>The instrument of that id, or the only one that is called so in other letters: charts like to write all in capitals.</summary>
    public async Task<Symbol?> FindAsync(TapeClient tape, string? name, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(name)) return null;

        var kept = await KeptAsync(tape, cancellationToken);
        return kept.ById.TryGetValue(name, out var exact) ? exact : kept.ByLetters[name].ToList() is [var only] ? only : null;
    }

    private async Task<Kept> KeptAsync(TapeClient tape, CancellationToken cancellationToken)
    {
        if (_kept is { } kept && clock.GetElapsedTime(kept.At) < Lifetime) return kept;

        var at = clock.GetTimestamp();
        var terms = await tape.GetInstrumentsAsync(cancellationToken);
        Symbol[] all = [.. terms.Values.OrderBy(t => t.Id, StringComparer.Ordinal).Select(t => new Symbol(t))];
        return _kept = new Kept(
            at, all, all.ToFrozenDictionary(s => s.Id, StringComparer.Ordinal), all.ToLookup(s => s.Id, StringComparer.OrdinalIgnoreCase));
    }

    private sealed record Kept(long At, IReadOnlyList<Symbol> All, FrozenDictionary<string, Symbol> ById, ILookup<string, Symbol> ByLetters);
}
