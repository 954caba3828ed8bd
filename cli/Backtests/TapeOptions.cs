using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using AlgoStack.Contracts.Backtests;

namespace AlgoStack.Cli.Backtests;

/// <summary>Which bars of the tape to run over, as the command line says it.</summary>
internal sealed class TapeOptions
{
    private readonly Option<string?> _session = new("--session")
    {
        Description = "The bars of this session.",
        HelpName = "ID",
    };

    private readonly Option<int?> _days = new("--days")
    {
        Description = "Of --symbol, an instrument of the tape: so many days up to its last bar, 1 to 3650; without --timeframe the finest bars that there are.",
        HelpName = "N",
    };

    private readonly RangeOptions _range = new();

    private readonly Option<string> _speed = new("--speed")
    {
        Description = "Of a session or instruments: 1x to 1000x, or max.",
        HelpName = "SPEED",
        DefaultValueFactory = _ => "max",
    };

    public IEnumerable<Option> All => [_session, _days, .. _range.All, _speed];

    /// <summary>Notes what is missing or does not go together.</summary>
    public void Check(CommandResult result, ModelOptions models)
    {
        var named = _range.IsGiven(result);
        var days = result.GetValue(_days) is not null;
        if (new[] { named, days, result.GetValue(_session) is not null }.Count(given => given) != 1)
            result.AddError("Expected files, --symbol with --days, --instrument or --session.");
        if (days != models.IsSymbolNamed(result)) result.AddError("--days and --symbol need each other.");
        if (models.AreActionsNamed(result)) result.AddError("--actions goes with files.");
        _range.Check(result);
    }

    /// <summary>Where to ask for it, and with what.</summary>
    /// <exception cref="CommandFailedException">A strategy or a model cannot be read.</exception>
    public (string Path, object Body) Request(ParseResult parsed, PlanOptions plan)
    {
        var (strategies, models) = (plan.Choices(parsed), plan.Models.Choices(parsed));
        if (parsed.GetValue(_days) is { } days)
        {
            var query = string.Create(CultureInfo.InvariantCulture, $"symbol={Uri.EscapeDataString(plan.Models.Symbol(parsed)!)}&days={days}")
                + (_range.Timeframe(parsed) is { } timeframe ? $"&timeframe={Uri.EscapeDataString(timeframe)}" : "");
            return ($"{TapeBacktest.Path}/run?{query}", new BacktestChoices(strategies, models));
        }

        return ($"{TapeBacktest.Path}/replay", new StartBacktest(
            parsed.GetValue(_session),
            _range.Instruments(parsed),
            _range.Timeframe(parsed),
            _range.From(parsed),
            _range.To(parsed),
            parsed.GetValue(_speed)!,
            strategies,
            models));
    }
}
