using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace AlgoStack.Cli.Backtests;

/// <summary>Instruments of the tape and a range of their bars, as the command line says it.</summary>
internal sealed class RangeOptions
{
    private readonly Option<string[]> _instruments = new("--instrument")
    {
        Description = "Bars of this instrument of the tape; may be given more than once.",
        HelpName = "I",
    };

    private readonly Option<string?> _timeframe = new("--timeframe") { Description = "Of the tape's bars, as in 1m, 1h, 1d.", HelpName = "T" };

    private readonly Option<DateTimeOffset?> _from = new("--from")
    {
        Description = "First close of the instruments, UTC. Default: all there is.",
        HelpName = "TIME",
        CustomParser = Time,
    };

    private readonly Option<DateTimeOffset?> _to = new("--to") { Description = "Last close, UTC.", HelpName = "TIME", CustomParser = Time };

    public IEnumerable<Option> All => [_instruments, _timeframe, _from, _to];

    public bool IsGiven(CommandResult result) => result.GetValue(_instruments) is { Length: > 0 };

    /// <summary>Notes what is missing.</summary>
    public void Check(CommandResult result)
    {
        if (IsGiven(result) && result.GetValue(_timeframe) is null) result.AddError("--instrument needs --timeframe.");
    }

    public string[]? Instruments(ParseResult parsed) => parsed.GetValue(_instruments) is { Length: > 0 } names ? names : null;

    public string? Timeframe(ParseResult parsed) => parsed.GetValue(_timeframe);

    public DateTimeOffset? From(ParseResult parsed) => parsed.GetValue(_from);

    public DateTimeOffset? To(ParseResult parsed) => parsed.GetValue(_to);

    private static DateTimeOffset? Time(ArgumentResult result)
    {
        var text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
        const DateTimeStyles Utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, Utc, out var time)) return time;

        result.AddError($"Expected a time such as 2024-03-01 or 2024-03-01T14:30Z, found '{text}'.");
        return null;
    }
}
