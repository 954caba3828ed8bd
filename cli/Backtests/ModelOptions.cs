using System.CommandLine;
using System.CommandLine.Parsing;
using AlgoStack.Backtesting;
using AlgoStack.BarFiles;
using AlgoStack.Contracts.Backtests;
using AlgoStack.Simulation;
using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Risk;

namespace AlgoStack.Cli.Backtests;

/// <summary>Which bars or ticks of files to run over, and with which models, as the command line says it.</summary>
internal sealed class ModelOptions
{
    private readonly Option<string?> _symbol = new("--symbol")
    {
        Description = "One symbol's bars. Default: all of the files.",
        HelpName = "S",
    };

    private readonly Option<string?> _timeframe = new("--bars")
    {
        Description = "The file's timeframe, as in 1m; of ticks, the bars to make of them. Default: a file's smallest step.",
        HelpName = "T",
    };

    private readonly Option<decimal> _balance = new("--balance")
    {
        Description = "What the account opens with, of each currency.",
        HelpName = "M",
        DefaultValueFactory = _ => TradingSettings.PaperBalance,
    };

    private readonly Option<decimal> _size = new("--size")
    {
        Description = "Percent of equity that an entry takes.",
        HelpName = "P",
        DefaultValueFactory = _ => RiskLimits.Default.RiskPercent,
    };

    private readonly Option<decimal?> _position = new("--position")
    {
        Description = "The most one instrument may be worth, percent of equity. Default: 25, or --size where that is more.",
        HelpName = "P",
    };

    private readonly Option<string> _commission = new("--commission")
    {
        Description = "none, 0.1%, 0.005/share, 0:0.0035,300000:0.002 or maker=0.02%,taker=0.05%.",
        HelpName = "C",
        DefaultValueFactory = _ => "0.05%",
    };

    private readonly Option<string> _slippage = new("--slippage")
    {
        Description = "none, 0.01, spread=2 (basis points), volume=0.1 or root=1.",
        HelpName = "S",
        DefaultValueFactory = _ => "none",
    };

    private readonly Option<double> _latency = new("--latency")
    {
        Description = "Milliseconds from a bar's close to an order's arrival.",
        HelpName = "MS",
    };

    private readonly Option<double?> _participation = new("--participation")
    {
        Description = "The most of a bar's volume, or of a tick's size, that is traded, percent.",
        HelpName = "P",
    };

    private readonly Option<string> _margin = new("--margin")
    {
        Description = "none, or percent of their worth to open and to keep positions, as in 50/25.",
        HelpName = "M",
        DefaultValueFactory = _ => "none",
    };

    private readonly Option<string> _borrow = new("--borrow")
    {
        Description = "What borrowing what is short costs a year, as in 3%.",
        HelpName = "P",
        DefaultValueFactory = _ => "none",
    };

    private readonly Option<string?> _actions = new("--actions")
    {
        Description = "A file of splits and dividends of the bars' symbols, whose prices are raw.",
        HelpName = "FILE",
    };

    public IEnumerable<Option> All =>
        [_symbol, _timeframe, _actions, _balance, _size, _position, _commission, _slippage, _latency, _participation, _margin, _borrow];

    /// <exception cref="CommandFailedException">A model cannot be read.</exception>
    public TradingSettings Settings(ParseResult parsed)
    {
        try
        {
            return new ModelText
            {
                Balance = parsed.GetValue(_balance),
                Size = parsed.GetValue(_size),
                Position = parsed.GetValue(_position),
                Commission = parsed.GetValue(_commission)!,
                Slippage = parsed.GetValue(_slippage)!,
                Latency = parsed.GetValue(_latency),
                Participation = parsed.GetValue(_participation),
                Margin = parsed.GetValue(_margin)!,
                Borrow = parsed.GetValue(_borrow)!,
            }.Settings();
        }
        catch (FormatException e)
        {
            throw new CommandFailedException(ExitCode.Usage, e.Message);
        }
    }

    /// <summary>The models that were named, as the service takes them; null where none was.</summary>
    /// <exception cref="CommandFailedException">One cannot be read.</exception>
    public ModelChoices? Choices(ParseResult parsed)
    {
        Settings(parsed);
        var choices = new ModelChoices(
            Named(_commission) ? parsed.GetValue(_commission) : null,
            Named(_slippage) ? parsed.GetValue(_slippage) : null,
            Named(_latency) ? parsed.GetValue(_latency) : null,
            parsed.GetValue(_participation),
            Named(_balance) ? parsed.GetValue(_balance) : null,
            Named(_size) ? parsed.GetValue(_size) : null,
            parsed.GetValue(_position),
            Named(_margin) ? parsed.GetValue(_margin) : null,
            Named(_borrow) ? parsed.GetValue(_borrow) : null);
        return choices == new ModelChoices() ? null : choices;

        bool Named(Option option) => parsed.GetResult(option) is { Implicit: false };
    }

    public bool AreActionsNamed(SymbolResult result) => result.GetValue(_actions) is not null;

    public bool IsSymbolNamed(SymbolResult result) => result.GetValue(_symbol) is not null;

    /// <summary>The symbol that was named.</summary>
    public string? Symbol(ParseResult parsed) => parsed.GetValue(_symbol);

    /// <summary>The bars of the files that were named.</summary>
    /// <exception cref="BarFileException">They, or their corporate actions, cannot be read whole.</exception>
    public BarSeries Bars(ParseResult parsed, string[] files, CancellationToken cancellationToken)
    {
        var bars = BarFile.Read(files, parsed.GetValue(_symbol), Timeframe(parsed), venue: null, cancellationToken);
        return parsed.GetValue(_actions) is { } actions ? ActionFile.Read(actions, bars, parsed.GetValue(_symbol)) : bars;
    }

    /// <summary>The ticks of the files that were named, and the bars to make of them.</summary>
    /// <exception cref="BarFileException">They cannot be read whole.</exception>
    /// <exception cref="CommandFailedException">It is not said which bars, or there are corporate actions, which ticks cannot have.</exception>
    public (TickSeries Ticks, Timeframe Timeframe) Ticks(ParseResult parsed, string[] files, CancellationToken cancellationToken)
    {
        if (parsed.GetValue(_actions) is not null) throw new CommandFailedException(ExitCode.Usage, "--actions: expected beside files of bars, found files of ticks.");
        var timeframe = Timeframe(parsed)
            ?? throw new CommandFailedException(ExitCode.Usage, "--bars: expected which bars to make of the ticks, such as 1m, found nothing.");
        return (TickFile.Read(files, parsed.GetValue(_symbol), venue: null, cancellationToken), timeframe);
    }

    private Timeframe? Timeframe(ParseResult parsed)
    {
        if (parsed.GetValue(_timeframe) is not { } text) return null;

        return Trading.MarketData.Timeframe.TryParse(text, out var found)
            ? found
            : throw new CommandFailedException(ExitCode.Usage, $"--bars: expected such as 1m, 1h or 1d, found '{text}'.");
    }
}
