using System.CommandLine;
using AlgoStack.Backtesting.Sweeps;

namespace AlgoStack.Cli.Backtests;

/// <summary>Which combinations of a strategy's parameters to try, as the command line says it.</summary>
internal sealed class GridOptions
{
    private readonly Option<string> _strategy = new("--strategy")
    {
        Description = "One strategy by name, with '@AAA.SIM,BBB.SIM' on those instruments alone.",
        HelpName = "S",
        Required = true,
    };

    private readonly Option<string> _grid = new("--grid")
    {
        Description = "As in 'fast=5..50:5 slow=20..200:10 stop=2,3'. Default: the strategy's own parameters.",
        HelpName = "G",
        DefaultValueFactory = _ => "",
    };

    private readonly Option<int?> _random = new("--random")
    {
        Description = "Try so many, drawn at random. Default: all.",
        HelpName = "N",
    };

    private readonly Option<ulong> _seed = new("--seed")
    {
        Description = "Of the draw and of the Monte-Carlo.",
        HelpName = "N",
        DefaultValueFactory = _ => 1,
    };

    private readonly Option<string> _measure = new("--measure")
    {
        Description = $"What is best: {string.Join(", ", Backtesting.Sweeps.Measure.All.Select(m => m.Name))}.",
        HelpName = "M",
        DefaultValueFactory = _ => "sharpe",
    };

    private readonly Option<int?> _threads = new("--threads") { Description = "Default: one a core.", HelpName = "N" };
    private readonly Option<double?> _limit = new("--limit")
    {
        Description = "Give a combination up after so long.",
        HelpName = "SECONDS",
    };

    public IEnumerable<Option> All => [_strategy, _grid, _random, _seed, _measure, _threads, _limit];

    public ulong Seed(ParseResult parsed) => parsed.GetValue(_seed);

    public int? Threads(ParseResult parsed) => parsed.GetValue(_threads) is { } threads and < 1
        ? throw new CommandFailedException(ExitCode.Usage, FormattableString.Invariant($"--threads: expected 1 or more, found {threads}."))
        : parsed.GetValue(_threads);

    /// <exception cref="ArgumentException">There is none of that name.</exception>
    public Measure Measure(ParseResult parsed) => Backtesting.Sweeps.Measure.Find(MeasureName(parsed));

    public string MeasureName(ParseResult parsed) => parsed.GetValue(_measure)!;

    public SweepText Text(ParseResult parsed) => new(parsed.GetValue(_strategy)!, parsed.GetValue(_grid)!)
    {
        Random = parsed.GetValue(_random),
        Seed = Seed(parsed),
        Limit = parsed.GetValue(_limit),
    };

    /// <inheritdoc cref="SweepText.Plan"/>
    public SweepPlan Plan(ParseResult parsed, ModelOptions models) => Text(parsed).Plan(models.Settings(parsed));
}
