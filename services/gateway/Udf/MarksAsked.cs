using AlgoStack.ServiceDefaults.Clients;
using AlgoStack.ServiceDefaults.Problems;

namespace AlgoStack.Gateway.Udf;

/// <summary>What a chart asks marks for, as it writes it.</summary>
internal sealed record MarksAsked(SymbolList Symbols, TapeClient Tape, string? Symbol, string? From, string? To, string? Resolution)
{
    /// <summary>What is asked for, or the problem with it: of marks the protocol has no form for what goes wrong.</summary>
    public async Task<(MarkRange? Range, IResult? Refusal)> ReadAsync(CancellationToken cancellationToken)
    {
        if (!Udf.Resolution.TryParse(Resolution, out var resolution)) return (null, Problem.Invalid("resolution_invalid", UdfQuery.ResolutionRefused(Resolution)));
        if (UdfQuery.Refuse(From, To, out var fromMs, out var toMs) is { } reason) return (null, Problem.Invalid("range_invalid", reason));

        return await Symbols.FindAsync(Tape, Symbol, cancellationToken) is { } symbol
            ? (new MarkRange(symbol, resolution, fromMs, toMs), null)
            : (null, Problem.NotFound("symbol_unknown", GetSymbol.Unknown(Symbol)));
    }
}

/// <summary>A stretch of a chart.</summary>
internal sealed record MarkRange(Symbol Symbol, Resolution Resolution, long FromMs, long ToMs)
{
    /// <summary>What happens later is on no bar of it.</summary>
    public DateTimeOffset Before => DateTimeOffset.FromUnixTimeMilliseconds(Resolution.EndOf(Resolution.BeginOf(ToMs)) + 1);

    /// <summary>Begin, in Unix seconds, of the bar that something is marked on; null outside of the stretch.</summary>
    /// <param name="at">What a close brings about has the time of the close, and is of the bar that closed.</param>
    public long? TimeOf(DateTimeOffset at)
    {
        var begin = Resolution.BeginOf(at.ToUnixTimeMilliseconds() - 1);
        return begin >= FromMs && begin <= ToMs ? begin / 1_000 : null;
    }
}
