using System.Globalization;
using AlgoStack.Simulation;
using AlgoStack.Simulation.Venue;
using AlgoStack.Trading.Risk;

namespace AlgoStack.Backtesting;

/// <summary>The models of a run as a person writes them; what is not said is as a paper account has it.</summary>
public sealed record ModelText
{
    /// <summary>What the account opens with, of each currency.</summary>
    public decimal Balance { get; init; } = TradingSettings.PaperBalance;

    /// <summary>Percent of equity that an entry takes.</summary>
    public decimal Size { get; init; } = RiskLimits.Default.RiskPercent;

    /// <summary>The most one instrument may be worth, percent of equity; null for the usual, or the size where that is more.</summary>
    public decimal? Position { get; init; }

    /// <inheritdoc cref="PlanText.Commission"/>
    public string Commission { get; init; } = "0.05%";

    /// <inheritdoc cref="PlanText.Slippage"/>
    public string Slippage { get; init; } = "none";

    /// <summary>Milliseconds from a bar's close to an order's arrival.</summary>
    public double Latency { get; init; }

    /// <summary>The most of a bar's volume that is traded, percent; null for all that is wanted.</summary>
    public double? Participation { get; init; }

    /// <inheritdoc cref="PlanText.Margin"/>
    public string Margin { get; init; } = "none";

    /// <inheritdoc cref="PlanText.Borrow"/>
    public string Borrow { get; init; } = "none";

    /// <exception cref="FormatException">A model cannot be read, or a number is out of its range; the message names it.</exception>
    public TradingSettings Settings()
    {
        if (Participation is <= 0 or > 100 or double.NaN) throw Found("Participation", "above 0 to 100 percent", Participation);
        if (Latency is not (>= 0 and < 86_400_000)) throw Found("Latency", "0 to 86400000 milliseconds", Latency);

        return new TradingSettings(BacktestPlan.Account)
        {
            OpeningBalance = Between("Balance", Balance, 0.01m, 1_000_000_000_000),
            Limits = new RiskLimits(
                Between("Size", Size, 0.0001m, 1_000),
                Between("Position", Position ?? Math.Max(RiskLimits.Default.PositionPercent, Size), 0.0001m, 1_000))
            {
                Margin = PlanText.Margin(Margin),
            },
            BorrowPercent = PlanText.Borrow(Borrow),
            Venue = new VenueModel(
                PlanText.Commission(Commission), PlanText.Slippage(Slippage), TimeSpan.FromMilliseconds(Latency), Participation / 100),
        };
    }

    private static decimal Between(string name, decimal value, decimal least, decimal most) =>
        value >= least && value <= most ? value : throw Found(name, string.Create(CultureInfo.InvariantCulture, $"{least} to {most}"), value);

    private static FormatException Found(string name, string expected, IFormattable? value) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{name}: expected {expected}, found {value}."));
}
