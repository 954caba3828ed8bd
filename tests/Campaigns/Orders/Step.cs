using AlgoStack.Contracts.Orders;

namespace AlgoStack.Campaigns.Orders;

/// <summary>What callers, and the market, do next.</summary>
internal abstract record Step
{
    private Step()
    {
    }

    /// <param name="Number">Of the order, from 0.</param>
    public sealed record Place(int Number, SubmitOrder Order) : Step;

    public sealed record Cancel(int Number) : Step;

    public sealed record Replace(int Number, decimal LimitPrice) : Step;

    public sealed record Close(int Number, string Symbol) : Step;

    /// <param name="Available">How much may trade until the next price; null for any.</param>
    public sealed record Price(string Symbol, decimal At, decimal? Available) : Step;
}
