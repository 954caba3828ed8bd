using System.Globalization;
using AlgoStack.Simulation.Venue;
using AlgoStack.Strategies;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.Risk;

namespace AlgoStack.Backtesting;

/// <summary>Strategies and models as a person writes them.</summary>
public static class PlanText
{
    /// <summary>A strategy as in <c>sma-cross fast=10 slow=30</c>, with <c>@AAPL.SIM,MSFT.SIM</c> on those instruments alone.</summary>
    /// <exception cref="FormatException">It is not of this form, or there is no such strategy.</exception>
    public static ConfiguredStrategy Strategy(string text)
    {
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length == 0) throw new FormatException("Strategy: expected a name such as ema-cross, found nothing.");

        var instruments = new List<InstrumentId>();
        foreach (var id in words.Where(w => w[0] == '@').SelectMany(w => w[1..].Split(',')))
        {
            if (!InstrumentId.TryParse(id, out var instrument, out var error)) throw new FormatException($"Strategy {words[0]}: {error}");
            instruments.Add(instrument);
        }

        try
        {
            return StrategyCatalog.Find(words[0]).Configure(string.Join(' ', words.Skip(1).Where(w => w[0] != '@')), instruments);
        }
        catch (ArgumentException e)
        {
            throw new FormatException(e.Message, e);
        }
    }

    /// <summary>
    /// A commission: <c>none</c>; <c>0.1%</c>; <c>0.005/share</c>, with a least and a most percent
    /// <c>0.005/share,1,0.5%</c>; by steps of the month's quantity <c>0:0.0035,300000:0.002</c>; <c>maker=0.02%,taker=0.05%</c>.
    /// </summary>
    /// <exception cref="FormatException">It is none of these.</exception>
    public static CommissionModel Commission(string text)
    {
        var parts = text.Split(',');
        if (text == "none") return CommissionModel.None;
        if (parts is [var rate] && TryPercent(rate, out var percent)) return new CommissionModel.Percent(percent);
        if (parts is [var maker, var taker] && TryNamed(maker, "maker=", out var makerRate) && TryNamed(taker, "taker=", out var takerRate))
            return new CommissionModel.MakerTaker(makerRate, takerRate);
        if (parts[0].EndsWith("/share", StringComparison.Ordinal) && TryNumber(parts[0][..^"/share".Length], out var share))
        {
            if (parts.Length == 1) return new CommissionModel.PerShare(share, 0, 100);
            if (parts.Length == 3 && TryNumber(parts[1], out var least) && TryPercent(parts[2], out var most)) return new CommissionModel.PerShare(share, least, most);
        }

        var steps = parts.Select(p => p.Split(':')).ToArray();
        if (Array.TrueForAll(steps, s => s.Length == 2 && TryNumber(s[0], out _) && TryNumber(s[1], out _)))
        {
            (decimal From, decimal Rate)[] tiers = [.. steps.Select(s => (Number(s[0]), Number(s[1])))];
            if (tiers[0].From == 0 && tiers.Zip(tiers.Skip(1)).All(t => t.First.From < t.Second.From)) return new CommissionModel.Tiered(tiers);
        }

        throw new FormatException(
            "Commission: expected none, 0.1%, 0.005/share, 0.005/share,1,0.5%, 0:0.0035,300000:0.002 or maker=0.02%,taker=0.05%, " +
            $"found '{text}'.");
    }

    /// <summary>
    /// Slippage: <c>none</c>; a distance as in <c>0.01</c>; a spread in basis points <c>spread=2</c>; by the square of the share
    /// of the volume <c>volume=0.1</c>; by its square root <c>root=1</c>.
    /// </summary>
    /// <exception cref="FormatException">It is none of these.</exception>
    public static SlippageModel Slippage(string text)
    {
        if (text == "none") return SlippageModel.None;

        var at = text.IndexOf('=', StringComparison.Ordinal);
        if (double.TryParse(text.AsSpan(at + 1), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value >= 0 && double.IsFinite(value))
        {
            switch (at < 0 ? "" : text[..at])
            {
                case "": return new SlippageModel.Fixed(value);
                case "spread": return new SlippageModel.Spread(value);
                case "volume": return new SlippageModel.VolumeShare(value, MostShare: 1);
                case "root": return new SlippageModel.SquareRoot(value);
            }
        }

        throw new FormatException($"Slippage: expected none, 0.01, spread=2, volume=0.1 or root=1, found '{text}'.");
    }

    /// <summary>
    /// What an account must have of its own, in percent of its positions: to open and to keep them, <c>50/25</c>; <c>none</c> for
    /// a cash account.
    /// </summary>
    /// <exception cref="FormatException">It is none of these, or not 100 ≥ to open ≥ to keep > 0.</exception>
    public static MarginModel? Margin(string text)
    {
        if (text == "none") return null;
        if (text.Split('/') is [var open, var keep] && TryNumber(open, out var initial) && TryNumber(keep, out var maintenance)
            && initial <= 100 && maintenance <= initial && maintenance > 0)
        {
            return new MarginModel(initial, maintenance);
        }

        throw new FormatException($"Margin: expected none, or percent to open and to keep a position, at most 100 and the latter no more, such as 50/25; found '{text}'.");
    }

    /// <summary>What borrowing what is short costs a year, in percent of its worth: <c>3%</c>; <c>none</c> for nothing.</summary>
    /// <exception cref="FormatException">It is neither, or not 0 to 1000 percent.</exception>
    public static decimal Borrow(string text) =>
        text == "none" ? 0
        : TryPercent(text, out var percent) && percent is >= 0 and <= 1_000 ? percent
        : throw new FormatException($"Borrow: expected none, or 0% to 1000% a year such as 3%, found '{text}'.");

    private static bool TryNamed(string text, string name, out decimal percent)
    {
        percent = 0;
        return text.StartsWith(name, StringComparison.Ordinal) && TryPercent(text[name.Length..], out percent);
    }

    private static bool TryPercent(string text, out decimal percent)
    {
        percent = 0;
        return text.EndsWith('%') && decimal.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.Number, CultureInfo.InvariantCulture, out percent);
    }

    private static bool TryNumber(string text, out decimal number) => decimal.TryParse(text, NumberStyles.Number, CultureInfo.InvariantCulture, out number) && number >= 0;

    private static decimal Number(string text) => decimal.Parse(text, NumberStyles.Number, CultureInfo.InvariantCulture);
}
