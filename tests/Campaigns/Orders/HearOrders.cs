using AlgoStack.Contracts.Orders;
using AlgoStack.Testing.Services;

namespace AlgoStack.Campaigns.Orders;

/// <summary>Somebody who is told what becomes of orders.</summary>
internal sealed class HearOrders(Heard<OrdersChanged> heard) : Hear<OrdersChanged>(heard);
