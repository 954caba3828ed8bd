using System.Globalization;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Orders;

namespace AlgoStack.Simulation;

/// <summary>
/// A venue that fills from bars. A market order accepted at an instant trades whole at the open of its instrument's
/// next bar, without slippage, for a commission of <see cref="CommissionRate"/> of its value. The paper broker is this.
/// </summary>
public sealed class SimulatedVenue
{
    /// <summary>5 basis points of what was traded, rounded to 8 digits.</summary>
    public const decimal CommissionRate = 0.0005m;

    private const int CommissionDigits = 8;

    private readonly List<Instrument> _instruments = [];
    private readonly List<Queue<OrderIntent>> _resting = [];
    private long _orders;
    private long _trades;

    public void Add(Instrument instrument)
    {
        _instruments.Add(instrument);
        _resting.Add(new Queue<OrderIntent>());
    }

    /// <summary>Takes an order; it rests until its instrument's next bar.</summary>
    public OrderAccepted Accept(int instrument, OrderIntent order)
    {
        _resting[instrument].Enqueue(order);
        return new OrderAccepted(order.OrderId, string.Create(CultureInfo.InvariantCulture, $"SIM-{++_orders}"), order.At);
    }

    /// <summary>Fills what rests for the instrument, in the order it came, into <paramref name="fills"/>.</summary>
    public void OnBar(int instrument, in Bar bar, List<(OrderIntent Order, OrderFilled Fill)> fills)
    {
        var resting = _resting[instrument];
        if (resting.Count == 0) return;

        var price = _instruments[instrument].RoundPrice(bar.Open);
        while (resting.TryDequeue(out var order))
        {
            var commission = Math.Round(order.Quantity * price * CommissionRate, CommissionDigits);
            var trade = string.Create(CultureInfo.InvariantCulture, $"SIM-T{++_trades}");
            fills.Add((order, new OrderFilled(order.OrderId, trade, order.Quantity, price, commission, 0, bar.CloseTime)));
        }
    }
}
