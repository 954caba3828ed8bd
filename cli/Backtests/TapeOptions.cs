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
        Description = "Of --symbol, an instrument of the tape: so many days up to its last bar, 1 to 3650.",
        HelpName = "N",
    };

    private readonly Option<string[]> _instruments = new("--instrument")
    {
        Description = "Bars of this instrument of the tape; may be given more than once.",
        HelpName = "I",
    };

    private readonly Option<string?> _timeframe = new("--timeframe")
    {
        Description = "Of the tape's bars, as in 1m, 1h, 1d. Default, with --days: the finest that there is.",
        HelpName = "T",
    };

    private readonly Option<DateTimeOffset?> _from = new("--from")
    {
        Description = "First close of the instruments, UTC. Default: all there is.",
        HelpName = "TIME",
        CustomParser = Time,
    };

    private readonly Option<DateTimeOffset?> _to = new("--to")
    {
        Description = "Last close, UTC.",
        HelpName = "TIME",
        CustomParser = Time,
    };

    private readonly Option<string> _speed = new("--speed")
    {
        Description = "Of a session or instruments: 1x to 1000x, or max.",
        HelpName = "SPEED",
        DefaultValueFactory = _ => "max",
    };

    public IEnumerable<Option> All => [_session, _days, _instruments, _timeframe, _from, _to, _speed];

    /// <summary>Notes what is missing or does not go together.</summary>
    public void Check(CommandResult result, ModelOptions models)
    {
        var named = result.GetValue(_instruments) is { Length: > 0 };
        var days = result.GetValue(_days) is not null;
        if (new[] { named, days, result.GetValue(_session) is not null }.Count(given => given) != 1)
            result.AddError("Expected files, --symbol with --days, --instrument or --session.");
        if (days != models.IsSymbolNamed(result)) result.AddError("--days and --symbol need each other.");
        if (named && result.GetValue(_timeframe) is null) result.AddError("--instrument needs --timeframe.");
    }

    /// <summary>Where to ask for it, and with what.</summary>
    /// <exception cref="CommandFailedException">A strategy or a model cannot be read.</exception>
    public (string Path, object Body) Request(ParseResult parsed, PlanOptions plan)
    {
        var (strategies, models) = (plan.Choices(parsed), plan.Models.Choices(parsed));
        if (parsed.GetValue(_days) is { } days)
        {
            var query = string.Create(CultureInfo.InvariantCulture, $"symbol={Uri.EscapeDataString(plan.Models.Symbol(parsed)!)}&days={days}")
                + (parsed.GetValue(_timeframe) is { } timeframe ? $"&timeframe={Uri.EscapeDataString(timeframe)}" : "");
            return ($"{TapeBacktest.Path}/run?{query}", new BacktestChoices(strategies, models));
        }

        return ($"{TapeBacktest.Path}/replay", new StartBacktest(
            parsed.GetValue(_session),
            parsed.GetValue(_instruments) is { Length: > 0 } names ? names : null,
            parsed.GetValue(_timeframe),
            parsed.GetValue(_from),
            parsed.GetValue(_to),
            parsed.GetValue(_speed)!,
            strategies,
            models));
    }

    private static DateTimeOffset? Time(ArgumentResult result)
    {
        var text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
        const DateTimeStyles Utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, Utc, out var time)) return time;

        result.AddError($"Expected a time such as 2024-03-01 or 2024-03-01T14:30Z, found '{text}'.");
        return null;
    }
}
