using AlgoStack.Backtesting;
using AlgoStack.Contracts.Backtests;
using AlgoStack.Contracts.Signals;
using AlgoStack.Simulation;
using AlgoStack.Strategies;
using AlgoStack.Trading.Instruments;

namespace AlgoStack.Backtest.Backtests;

/// <summary>What the contract asks for, as the engines take it.</summary>
public static class Plans
{
    /// <exception cref="FormatException">A strategy or a model is none, or out of its range.</exception>
    public static BacktestPlan Of(IReadOnlyList<StrategyChoice>? strategies, ModelChoices? models) => new(Strategies(strategies), Settings(models));

    /// <exception cref="FormatException">There is no such strategy, or a parameter is out of its range.</exception>
    public static IReadOnlyList<ConfiguredStrategy> Strategies(IReadOnlyList<StrategyChoice>? choices) =>
        choices is { Count: > 0 } ? [.. choices.Select(Configured)] : StrategyCatalog.Usual;

    /// <summary>A plan's strategies with all their parameters.</summary>
    public static IReadOnlyList<StrategyChoice> Choices(BacktestPlan plan) =>
        [.. plan.Strategies.Select(s => new StrategyChoice(s.Name, s.ParameterText, [.. s.Instruments.Select(i => i.Value)]))];

    /// <exception cref="FormatException">There is no such strategy, or a parameter is out of its range.</exception>
    public static ConfiguredStrategy Configured(StrategyChoice choice)
    {
        try
        {
            // As JSON has it, what is not said is null.
            return StrategyCatalog.Find(choice?.Name ?? "").Configure(choice?.Parameters ?? "", [.. (choice?.Instruments ?? []).Select(i => new InstrumentId(i))]);
        }
        catch (ArgumentException e)
        {
            throw new FormatException(e.Message, e);
        }
    }

    /// <exception cref="FormatException">A model cannot be read, or a number is out of its range.</exception>
    public static TradingSettings Settings(ModelChoices? models)
    {
        var usual = new ModelText();
        return models is null
            ? usual.Settings()
            : new ModelText
            {
                Balance = models.Balance ?? usual.Balance,
                Size = models.Size ?? usual.Size,
                Position = models.Position,
                Commission = models.Commission ?? usual.Commission,
                Slippage = models.Slippage ?? usual.Slippage,
                Latency = models.Latency ?? usual.Latency,
                Participation = models.Participation,
                Margin = models.Margin ?? usual.Margin,
                Borrow = models.Borrow ?? usual.Borrow,
            }.Settings();
    }
}
