using System.Security.Cryptography;
using System.Text;
using AlgoStack.Simulation;
using AlgoStack.Strategies;
using AlgoStack.Trading.Instruments;

namespace AlgoStack.Backtesting.Sweeps;

/// <summary>A strategy to run over bars once for each combination of parameters, with the same models.</summary>
public sealed record SweepPlan(StrategyEntry Strategy, Combinations Combinations, TradingSettings Settings)
{
    /// <summary>Those to trade; with none, every one.</summary>
    public IReadOnlyList<InstrumentId> Instruments { get; init; } = [];

    /// <summary>Of one combination; what takes longer is given up. Null for none.</summary>
    public TimeSpan? TimeLimit { get; init; }

    /// <summary>Whether an outcome has its daily returns: 8 bytes a day and combination, which an overfitting report needs.</summary>
    public bool KeepsDays { get; init; }

    /// <summary>SHA-256 of all that the outcomes hang on beside the bars.</summary>
    public string Hash
    {
        get
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            Add($"{Strategy.Name}|{string.Join(',', Instruments)}|{TimeLimit}|{KeepsDays}");
            foreach (var (model, description) in Models) Add($"{model}={description}");
            foreach (var parameters in Combinations.Parameters) Add(parameters);
            return Convert.ToHexStringLower(hash.GetCurrentHash());

            void Add(string line) => hash.AppendData(Encoding.UTF8.GetBytes($"{line}\n"));
        }
    }

    internal string TookTooLong => FormattableString.Invariant($"took longer than {TimeLimit?.TotalSeconds} s");

    /// <inheritdoc cref="BacktestPlan.Models"/>
    public IReadOnlyDictionary<string, string> Models => new BacktestPlan([], Settings).Models;

    internal ConfiguredStrategy Configure(string parameters) => Strategy.Configure(parameters, Instruments);
}
