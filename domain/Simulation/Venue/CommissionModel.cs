using System.Globalization;

namespace AlgoStack.Simulation.Venue;

/// <summary>What a trade costs, in the quote currency. Costs are rounded to 8 digits, halves to even.</summary>
public abstract record CommissionModel
{
    private const int Digits = 8;

    /// <summary>Nothing.</summary>
    public static CommissionModel None { get; } = new Percent(0);

    /// <summary>As it is written in a result.</summary>
    public abstract string Description { get; }

    /// <summary>Whether it matters how much has traded before.</summary>
    public virtual bool IsTiered => false;

    /// <param name="quantity">Above zero.</param>
    /// <param name="isMaker">Whether the order waited at the venue for its price.</param>
    /// <param name="tradedBefore">
    /// Quantity of the account that traded before in the calendar month, UTC; asked for where <see cref="IsTiered"/>.
    /// </param>
    public decimal Of(decimal quantity, decimal price, bool isMaker, decimal tradedBefore) =>
        decimal.Round(Cost(quantity, price, isMaker, tradedBefore), Digits);

    protected abstract decimal Cost(decimal quantity, decimal price, bool isMaker, decimal tradedBefore);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <param name="Rate">Percent of what was traded.</param>
    public sealed record Percent(decimal Rate) : CommissionModel
    {
        private readonly decimal _share = Rate / 100;

        public override string Description => Rate == 0 ? "none" : Text($"{Rate} % of what is traded");

        protected override decimal Cost(decimal quantity, decimal price, bool isMaker, decimal tradedBefore) => quantity * price * _share;
    }

    /// <param name="Rate">For each share or unit.</param>
    /// <param name="Least">For each trade.</param>
    /// <param name="MostPercent">Never more than this share of what was traded, in percent; it wins over <paramref name="Least"/>.</param>
    public sealed record PerShare(decimal Rate, decimal Least, decimal MostPercent) : CommissionModel
    {
        public override string Description => Text($"{Rate} a share, at least {Least}, at most {MostPercent} %");

        protected override decimal Cost(decimal quantity, decimal price, bool isMaker, decimal tradedBefore) =>
            Math.Min(Math.Max(quantity * Rate, Least), quantity * price * MostPercent / 100);
    }

    /// <summary>A rate a share that falls as the month's quantity grows; a trade that crosses a step pays each part at its own rate.</summary>
    /// <param name="Steps">From which quantity of the month on (the first from 0, then rising) which rate a share holds.</param>
    public sealed record Tiered(IReadOnlyList<(decimal From, decimal Rate)> Steps) : CommissionModel
    {
        public override bool IsTiered => true;

        public override string Description => string.Join(", ", Steps.Select(s => Text($"{s.Rate} a share from {s.From}")));

        protected override decimal Cost(decimal quantity, decimal price, bool isMaker, decimal tradedBefore)
        {
            var cost = 0m;
            for (var i = 0; i < Steps.Count; i++)
            {
                var from = Math.Max(Steps[i].From, tradedBefore);
                var to = i + 1 < Steps.Count ? Math.Min(Steps[i + 1].From, tradedBefore + quantity) : tradedBefore + quantity;
                if (to > from) cost += (to - from) * Steps[i].Rate;
            }

            return cost;
        }
    }

    /// <param name="Maker">Percent for an order that waited for its price; below zero is a rebate.</param>
    /// <param name="Taker">Percent for one that took the price there was.</param>
    public sealed record MakerTaker(decimal Maker, decimal Taker) : CommissionModel
    {
        public override string Description => Text($"maker {Maker} %, taker {Taker} %");

        protected override decimal Cost(decimal quantity, decimal price, bool isMaker, decimal tradedBefore) =>
            quantity * price * (isMaker ? Maker : Taker) / 100;
    }
}
