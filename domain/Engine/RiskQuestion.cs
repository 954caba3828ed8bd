using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Risk;

namespace AlgoStack.Engine;

/// <summary>An order that asks for leave.</summary>
/// <param name="Ledger">Of the instrument's currency.</param>
/// <param name="Price">What a unit of it is taken to be worth.</param>
internal readonly record struct RiskQuestion(int Instrument, int Ledger, OrderIntent Intent, decimal Price, RiskContext Context)
{
    public decimal Value => Intent.Quantity * Price;
}
