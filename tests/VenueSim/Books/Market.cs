namespace AlgoStack.VenueSim.Books;

/// <param name="Available">How much may still trade at this price; null for any quantity.</param>
internal sealed record Market(decimal Price, decimal? Available)
{
    public Market After(decimal traded) => Available is { } left ? this with { Available = Math.Max(0, left - traded) } : this;
}
