using System.Runtime.InteropServices;
using AlgoStack.Engine;
using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Orders;

namespace AlgoStack.Simulation.Venue;

public sealed partial class SimulatedVenue
{
    /// <summary>Takes what protects an entry that a tick traded: it is there from the next tick on.</summary>
    public OrderAccepted Protect(WorkingOrder exit) => Rest(exit, new Resting(exit, 0, 0));

    /// <summary>Takes the newest bar of ticks: slippage that asks for volume or volatility has them from it.</summary>
    public void OnBarOfTicks(int instrument, in Bar bar) => _markets[instrument].Newest = bar;

    /// <summary>
    /// Goes through a tick. Quotes and trades say in which order things happened, so nothing has to be guessed; what they do not
    /// say is again decided for the worse:
    /// <list type="number">
    /// <item>An order trades from the first tick of its instrument on that is not before its arrival.</item>
    /// <item>A side of the quote stands until the next tick that quotes it. A market order buys at the ask and sells at the bid
    /// that stands. Where the other side, or the trade that this tick is, is worse still, the quote is old and that price
    /// counts. Where its side was never quoted, it trades at the price of the next trade.</item>
    /// <item>A stop is reached by a trade at it or beyond; of an instrument without a trade so far, by a bid (of a seller) or
    /// an ask (of a buyer). With that tick it is a market order. A stop-limit order takes the price there is as well, where that
    /// betters its limit, and otherwise is a limit order that waits.</item>
    /// <item>A limit order trades at its limit once a tick quotes the opposite side at its limit or better, or a trade is
    /// strictly better than its limit: at the limit itself others were before it. One that the price there is betters at its first
    /// tick trades with that, and at its limit too: that price may not have been there when it came.</item>
    /// <item>A trailing stop follows the prices that could reach it.</item>
    /// <item>What trades with the price there is suffers slippage, never beyond its limit, and is charged as a taker; what waited
    /// for its price is a maker.</item>
    /// <item>Where there is a participation, an account trades no more than this share of the size: of the quote where it takes
    /// or is met by one, as long as that stands; else of the trade. A size that was not given is 0. What is left waits.
    /// Orders are served as they came.</item>
    /// </list>
    /// </summary>
    /// <param name="now">What the instrument's ticks have come to, this one too.</param>
    public void OnTick(int instrument, in Tick tick, in TickMarket now, List<VenueReport> reports)
    {
        var market = _markets[instrument];
        market.Ticks++;
        foreach (ref var resting in CollectionsMarshal.AsSpan(market.Resting))
        {
            if (resting.ArrivesUs > tick.TimeUs || resting.Order.Leaves == 0) continue;

            var slept = resting.IsAsleep;
            if (slept && !resting.WakesWith(tick, now)) continue;

            var there = PriceThere(resting.Order.IsBuy, tick, now);
            if (resting.Takes(there, IsQuoted(resting.Order.IsBuy, now), tick))
            {
                Take(market, resting, resting.IsMaker && !slept ? resting.Limit : there, tick, now, reports);
            }
            else if (!slept && resting.IsMetBy(tick))
            {
                Give(market, resting, tick, now, reports);
            }

            resting.HasWaited = true;
        }

        if (reports.Count > 0) market.Resting.RemoveAll(static r => r.Order.Leaves == 0);
    }

    /// <summary>What one that takes gets; NaN for nothing.</summary>
    private static double PriceThere(bool isBuy, in Tick tick, in TickMarket now)
    {
        var traded = tick.Kind == TickKind.Trade ? tick.Price : double.NaN;
        var (side, other) = isBuy ? (now.Ask, now.Bid) : (now.Bid, now.Ask);
        if (side == 0) return traded;

        if (other != 0 && IsWorse(other, side)) side = other;
        return IsWorse(traded, side) ? traded : side;

        bool IsWorse(double price, double than) => isBuy ? price > than : price < than;
    }

    private static bool IsQuoted(bool isBuy, in TickMarket now) => (isBuy ? now.Ask : now.Bid) != 0;

    private void Take(Market market, in Resting resting, double price, in Tick tick, in TickMarket now, List<VenueReport> reports)
    {
        var isBuy = resting.Order.IsBuy;
        var source = !IsQuoted(isBuy, now) ? Liquidity.Trade : isBuy ? Liquidity.Ask : Liquidity.Bid;
        Trade(market, resting, source, price, isMaker: false, tick, now, reports);
    }

    private void Give(Market market, in Resting resting, in Tick tick, in TickMarket now, List<VenueReport> reports)
    {
        var source = tick.Kind == TickKind.Trade ? Liquidity.Trade : resting.Order.IsBuy ? Liquidity.Ask : Liquidity.Bid;
        Trade(market, resting, source, resting.Limit, isMaker: true, tick, now, reports);
    }

    private void Trade(
        Market market, in Resting resting, Liquidity source, double price, bool isMaker, in Tick tick, in TickMarket now, List<VenueReport> reports)
    {
        var quantity = resting.Order.Leaves;
        if (model.Participation is { } share)
        {
            ref var taken = ref market.Taken[(int)source];
            var (number, size) = source switch
            {
                Liquidity.Bid => (now.Bids, now.BidSize),
                Liquidity.Ask => (now.Asks, now.AskSize),
                _ => (market.Ticks, tick.Size),
            };
            if (taken.Of != number) taken = (number, 0);
            var free = size > 0 ? market.Instrument.FloorQuantity((decimal)(share * size)) - taken.Quantity : 0;
            quantity = Math.Min(quantity, free);
            if (quantity <= 0) return;
            taken.Quantity += quantity;
        }

        Fill(market, resting, quantity, price, isMaker, market.Newest, DateTimeOffset.UnixEpoch.AddTicks(10 * tick.TimeUs), isAtOpen: false, reports);
    }

    /// <summary>What an order trades with.</summary>
    private enum Liquidity
    {
        Bid,
        Ask,
        Trade,
    }

    private sealed partial class Market
    {
        /// <summary>How many ticks it was gone through.</summary>
        public long Ticks { get; set; }

        public Bar Newest { get; set; }

        /// <summary>What the account has taken of the newest it took from, by <see cref="Liquidity"/>.</summary>
        public (long Of, decimal Quantity)[] Taken { get; } = new (long, decimal)[3];
    }

    private partial struct Resting
    {
        public readonly double Limit => _limit;

        public readonly bool IsAsleep => !double.IsNaN(_stop);

        /// <summary>Whether its stop is reached; moves a trailing one that is not.</summary>
        public bool WakesWith(in Tick tick, in TickMarket now)
        {
            var price = tick.Kind == TickKind.Trade ? tick.Price : now.HasTraded ? 0 : _isBuy ? tick.Ask : tick.Price;
            if (!(price > 0)) return false;

            if (IsReached(price, _stop))
            {
                Wake();
                return true;
            }

            var stop = _isBuy ? price + _trail : price - _trail;
            if (IsReached(_stop, stop)) _stop = stop;
            return false;
        }

        /// <summary>Whether it takes the price there is.</summary>
        /// <param name="there">NaN for none.</param>
        public readonly bool Takes(double there, bool isQuoted, in Tick tick) =>
            _isMarket ? !double.IsNaN(there) : !HasWaited && (isQuoted ? IsBettered(there) : IsMetBy(tick));

        /// <summary>Whether a tick shows that somebody trades with it at its limit.</summary>
        public readonly bool IsMetBy(in Tick tick)
        {
            if (tick.Kind == TickKind.Trade) return _isBuy ? tick.Price < _limit : tick.Price > _limit;

            var side = _isBuy ? tick.Ask : tick.Price;
            return side > 0 && IsBettered(side);
        }

        public readonly double NoWorseThanLimit(double price) => _isBuy ? price > _limit ? _limit : price : price < _limit ? _limit : price;
    }
}
