using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Research;
using AlgoStack.Trading.Risk;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Engine.Tests;

/// <summary>TS19: whatever is ordered under whatever limits, the engine decides as the plain rules do.</summary>
public sealed class RiskPropertyTests
{
    private const int OrdersEach = 100;

    // A million orders behind ./test --all.
    private static readonly int Runs = Environment.GetEnvironmentVariable("ALGOSTACK_TEST_ALL") is "1" ? 10_000 : 1_000;

    [Fact]
    public void No_order_leaves_that_breaks_a_limit_and_none_is_denied_that_breaks_none()
    {
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var seed = 0; seed < Runs; seed++) new RandomAccount((ulong)seed).Order(OrdersEach, seen);

        seen.Values.Sum().Should().Be(Runs * OrdersEach, "each order has a decision");
        seen.Should().HaveCount(25, "every code comes up, and allowed").And.OnlyContain(s => s.Value >= Runs / 50);
    }

    private sealed class RandomAccount
    {
        private const decimal Balance = 3_000;

        private static readonly Instrument[] Instruments =
        [
            new(new InstrumentId("ONE.SIM"), 0.01m, 1, "USD"),
            new(new InstrumentId("TWO.SIM"), 0.05m, 0.5m, "USD"),
            new(new InstrumentId("COIN.SIM"), 0.01m, 0.001m, "EUR"),
        ];

        private static readonly string[] Strategies = ["a", "b", "c"];

        private readonly ulong _seed;
        private readonly PortfolioKeeper _portfolio = new("paper", Balance);
        private readonly PlainRisk _plain = new(Instruments, Balance);
        private readonly RiskEngine _risk;
        private SplitMix64 _random;
        private long _nowMs;
        private bool _isMargin;
        private (int Instrument, OrderIntent Intent) _last;

        public RandomAccount(ulong seed)
        {
            _seed = seed;
            _random = new SplitMix64(seed);
            _nowMs = Desk.Noon + Below(86_400_000);
            foreach (var instrument in Instruments) _portfolio.Add(instrument);
            for (var i = 0; i < Instruments.Length; i++) Mark(i, 100);
            var limits = Limits();
            _risk = new RiskEngine(_portfolio, limits);
            _plain.Use(limits);
        }

        public void Order(int orders, Dictionary<string, int> seen)
        {
            for (var i = 0; i < orders; i++)
            {
                Live();
                var (instrument, intent) = _last = i > 0 && In(5) ? Again(i) : New(Below(Instruments.Length), i);
                var context = Context(instrument);
                var denials = _plain.Denials(instrument, intent, context);
                (string Code, string? Strategy)? expected = denials.Any() ? denials.First() : null;

                var decision = _risk.Check(instrument, intent, context);

                (decision.Code, decision.Strategy).Should().Be(
                    (expected?.Code, expected?.Strategy), "order {0} of seed {1} is {2} at {3}", i, _seed, intent, context);
                if (decision.IsAllowed) _plain.Allow(instrument, intent, context);
                var code = decision.Code ?? "allowed";
                seen[code] = seen.GetValueOrDefault(code) + 1;
            }
        }

        /// <summary>What happens between two orders.</summary>
        private void Live()
        {
            _nowMs += In(50) ? 10_000_000 + Below(80_000_000) : Below(400);
            if (In(2)) Mark(Below(Instruments.Length), 50 + Below(100));
            if (In(20)) Switch();
            if (In(25))
            {
                var limits = Limits();
                _risk.Use(limits);
                _plain.Use(limits);
            }

            var working = _plain.Working;
            if (working.Count > 0 && In(2)) Fill(working[Below(working.Count)]);
            if (working.Count > 0 && In(3))
            {
                var order = working[Below(working.Count)];
                if (order.Leaves > 0) _risk.Release(order.Instrument, order.Intent, order.Leaves, order.OnlyReduces);
                order.Leaves = 0;
            }

            if (In(4)) Watch(Below(_portfolio.Currencies));
        }

        private void Switch()
        {
            // Mostly active, or nothing else would be asked.
            var state = In(4) ? (TradingState)Below(3) : TradingState.Active;
            var strategy = Strategies[Below(Strategies.Length)];
            switch (Below(3))
            {
                case 0: _risk.Global = _plain.Global = state; break;
                case 1: _risk.Switch(_plain.Account = state); break;
                default: _risk.Switch(strategy, _plain.States[strategy] = state); break;
            }
        }

        private void Fill(PlainRisk.Left order)
        {
            var quantity = In(2) ? order.Leaves : Instruments[order.Instrument].FloorQuantity(order.Leaves / 2);
            if (quantity == 0) return;

            var (price, commission) = (50 + Below(100), Below(100) * 0.01m);
            var fill = new OrderFilled(order.Intent.OrderId, "t", quantity, price, commission, order.Leaves - quantity, default);
            _risk.OnFill(order.Instrument, order.Intent, fill, order.OnlyReduces);
            _portfolio.Book(order.Instrument, order.Intent.Side, fill);
            _plain.Fill(order, quantity, price, commission);
        }

        private void Watch(int ledger)
        {
            var (currency, called) = (_portfolio.CurrencyOf(ledger), _plain.Called);
            var call = _risk.Watch(ledger, default);
            if (!_isMargin)
            {
                call.Should().BeNull();
            }
            else if (called.Contains(currency))
            {
                call.Should().BeNull();
                if (_plain.Gross(currency) == 0) called.Remove(currency);
            }
            else
            {
                var isBelow = _plain.Gross(currency) > 0 && _plain.Equity(null, currency) < _plain.Gross(currency) * 25 / 100;
                (call is not null).Should().Be(isBelow);
                if (isBelow) called.Add(currency);
            }
        }

        private RiskLimits Limits()
        {
            _isMargin = In(3);
            var strategies = new Dictionary<string, TradingLimits>(StringComparer.Ordinal);
            foreach (var strategy in Strategies)
            {
                if (In(2)) strategies.Add(strategy, OneOf());
            }

            return new RiskLimits(10, 20 + Below(400)) { Margin = _isMargin ? new MarginModel(50, 25) : null, Account = OneOf(), Strategies = strategies };
        }

        /// <summary>Few limits at a time, none of which always denies.</summary>
        private TradingLimits OneOf() => new()
        {
            ClockSkewMs = In(6) ? 500 : null,
            OpenMarketOnly = In(6),
            Restricted = In(6) ? new HashSet<InstrumentId> { Instruments[Below(Instruments.Length)].Id } : null,
            PriceAgeMs = In(6) ? 1_000 + Below(1_000) : null,
            FatFingerPercent = In(6) ? 2 + Below(20) : null,
            OrderQuantity = In(6) ? 5 + Below(15) : null,
            OrderValue = In(6) ? 500 + Below(1_500) : null,
            DuplicateMs = In(6) ? 500 + Below(20_000) : null,
            OrdersPerSecond = In(6) ? Below(5) : null,
            DailyLoss = In(6) ? Below(500) : null,
            DailyTrades = In(6) ? Below(20) : null,
            PositionQuantity = In(6) ? 5 + Below(30) : null,
            PositionValue = In(6) ? 500 + Below(3_000) : null,
            GrossExposure = In(6) ? 500 + Below(6_000) : null,
            NetExposure = In(6) ? 500 + Below(4_000) : null,
        };

        private (int Instrument, OrderIntent Intent) Again(int number) =>
            _last with { Intent = _last.Intent with { OrderId = new ClientOrderId($"{_seed}-{number}") } };

        private (int Instrument, OrderIntent Intent) New(int instrument, int number)
        {
            var (traded, last) = (Instruments[instrument], _plain.Prices[instrument]);
            var type = (OrderType)Below(5);
            var quantity = In(30) ? Below(4) * traded.Lot / 2 : traded.FloorQuantity(1 + Below(20));
            var intent = new OrderIntent(
                new ClientOrderId($"{_seed}-{number}"), "paper", Strategies[Below(Strategies.Length)], traded.Id, (OrderSide)Below(2),
                quantity, type, In(30) ? 0 : last, null, default)
            {
                LimitPrice = type is OrderType.Limit or OrderType.StopLimit ? Price(last) : null,
                StopPrice = type is OrderType.Stop or OrderType.StopLimit || In(10) ? Price(last) : null,
                TrailBy = type is OrderType.TrailingStop ? Price(10) : null,
            };
            return (instrument, intent);
        }

        private decimal? Price(decimal near) => In(30) ? null : In(30) ? -1 : In(30) ? near + 0.005m : near + Below(21) - 10;

        private RiskContext Context(int instrument) => new(
            _nowMs,
            In(20) ? null : In(20) ? -1 : _plain.Prices[instrument] + Below(3),
            _nowMs - Below(2_000),
            In(20) ? (MarketStatus)Below(3) : MarketStatus.Open,
            In(20) ? null : Below(1_050) - 525,
            OnlyReduces: In(20),
            TradesInOrder: In(4));

        private void Mark(int instrument, int price)
        {
            _portfolio.Mark(instrument, price);
            _plain.Prices[instrument] = price;
        }

        private int Below(int count) => _random.NextBelow(count);

        /// <summary>True once in so many times.</summary>
        private bool In(int times) => Below(times) == 0;
    }
}
