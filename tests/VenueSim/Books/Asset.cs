namespace AlgoStack.VenueSim.Books;

internal sealed record Asset(string Symbol, bool Tradable, bool Fractionable)
{
    public bool IsCrypto => Symbol.Contains('/', StringComparison.Ordinal);
}
