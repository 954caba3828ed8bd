using System.Globalization;
using System.Text;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.MarketData;

namespace AlgoStack.BarFiles;

/// <summary>
/// Splits and dividends from CSV, in one of two shapes. A row an action: <c>date,symbol,type,value</c>, where the date is the
/// ex-date, the type <c>split</c> (value: new shares for one old, <c>7</c>, or <c>3:2</c>) or <c>dividend</c> (money a share). Or
/// LEAN's factors: <c>date,symbol,price_factor,split_factor,reference_price</c>, of which an adjusted price up to and on the
/// date is the raw one times both, and the reference is the raw close on the date.
/// </summary>
public static class ActionFile
{
    private const long DayUs = 86_400_000_000;

    // Factors have seven digits; what a dividend worked out of them has beyond these is rounding.
    private const int DividendDigits = 4;
    private const decimal HalfDigit = 0.000_000_05m;

    private const int TypeField = FileColumns.FirstField, ValueField = TypeField + 1;
    private const int PriceFactorField = TypeField + 2, SplitFactorField = TypeField + 3, ReferenceField = TypeField + 4;

    private static readonly FileShape Shape = new(
        FileShape.SymbolHeaders,
        [
            new("type", "type action", Required: false),
            new("value", "value", Required: false),
            new("price_factor", "pricefactor", Required: false),
            new("split_factor", "splitfactor", Required: false),
            new("reference_price", "referenceprice", Required: false),
        ]);

    /// <summary>
    /// The bars with their actions. A row of a symbol that the bars lack is an error, since a split would go amiss; but a table of
    /// factors, which is of all that somebody has, is only read where it is of the bars.
    /// </summary>
    /// <param name="symbol">Where the bars are of one symbol of many, that symbol: rows of others are passed over. Else null.</param>
    /// <exception cref="BarFileException">It cannot be read whole, a row is no action, or none is of the bars.</exception>
    public static BarSeries Read(string path, BarSeries bars, string? symbol = null)
    {
        using var file = DelimitedFile.Open(path, Shape);
        var actions = new List<CorporateAction>();
        if (file.Has(TypeField) && file.Has(ValueField))
        {
            ReadEvents(file, bars, symbol, actions);
        }
        else if (file.Has(PriceFactorField) && file.Has(SplitFactorField) && file.Has(ReferenceField))
        {
            ReadFactors(file, bars, actions);
        }
        else
        {
            throw new BarFileException(
                BarFileException.Columns,
                $"{path}: line 1: expected a header with date, symbol, type and value, or with date, symbol, price_factor, split_factor and reference_price.");
        }

        actions.Sort(CorporateAction.Compare);
        return bars with { Actions = actions };
    }

    private static void ReadEvents(DelimitedFile file, BarSeries bars, string? symbol, List<CorporateAction> actions)
    {
        while (file.Next())
        {
            var time = TimeOf(file);
            if (InstrumentOf(file, bars) is not { } instrument)
            {
                if (symbol is null) throw Bad(file, $"there are no bars of '{SymbolOf(file)}'");
                continue;
            }

            var exMs = BeginOf(file, time, instrument);
            var (type, value) = (TextOf(file, TypeField), TextOf(file, ValueField));
            actions.Add(type.ToUpperInvariant() switch
            {
                "SPLIT" => SplitOf(file, instrument.Id, exMs, value),
                "DIVIDEND" => new CashDividend(instrument.Id, exMs, AboveZero(file, "an amount", value)),
                _ => throw Bad(file, $"expected split or dividend, found '{type}'"),
            });
        }
    }

    private static Split SplitOf(DelimitedFile file, InstrumentId instrument, long exMs, string value)
    {
        var parts = value.Split(':');
        const string Expected = "a ratio such as 7 or 3:2";
        return parts.Length <= 2
            ? new Split(instrument, exMs, AboveZero(file, Expected, parts[0]), parts.Length == 2 ? AboveZero(file, Expected, parts[1]) : 1)
            : throw Bad(file, $"expected {Expected}, found '{value}'");
    }

    private static void ReadFactors(DelimitedFile file, BarSeries bars, List<CorporateAction> actions)
    {
        var before = new Dictionary<InstrumentId, Factors>();
        while (file.Next())
        {
            var time = TimeOf(file);
            if (InstrumentOf(file, bars) is not { } instrument) continue;

            var row = new Factors(
                time,
                FactorOf(file, PriceFactorField),
                FactorOf(file, SplitFactorField),
                TextOf(file, ReferenceField));
            if (before.TryGetValue(instrument.Id, out var last))
            {
                if (row.TimeUs <= last.TimeUs) throw Bad(file, $"expected a later date than that of the row of {instrument.Id} before");
                AddChange(file, instrument, last, row, actions);
            }

            before[instrument.Id] = row;
        }

        if (before.Count == 0) throw new BarFileException(BarFileException.NoRows, $"{file.Path}: holds nothing of {bars.Instruments[0].Id}, or of another that there are bars of.");
    }

    /// <summary>What lies between two rows happened after the first one's date.</summary>
    private static void AddChange(DelimitedFile file, Instrument instrument, Factors before, Factors after, List<CorporateAction> actions)
    {
        var exMs = BeginOf(file, before.TimeUs + DayUs, instrument);
        if (before.Price > after.Price) throw Bad(file, $"expected a price factor of {before.Price} or more, found {after.Price}");
        if (before.Price < after.Price)
        {
            var reference = AboveZero(file, "a reference price in the row before", before.Reference);
            var amount = decimal.Round(reference * (1 - (before.Price / after.Price)), DividendDigits);
            if (amount > 0) actions.Add(new CashDividend(instrument.Id, exMs, amount));
        }

        if (before.Split != after.Split)
        {
            var (shares, old) = SimplestFraction(
                (after.Split - HalfDigit) / (before.Split + HalfDigit), (after.Split + HalfDigit) / (before.Split - HalfDigit));
            actions.Add(new Split(instrument.Id, exMs, shares, old));
        }
    }

    /// <summary>
    /// The fraction of the least terms between two numbers above zero, down M. A. Stern's tree: Ueber eine zahlentheoretische
    /// Funktion, Journal für die reine und angewandte Mathematik 55 (1858).
    /// </summary>
    private static (decimal Numerator, decimal Denominator) SimplestFraction(decimal least, decimal most)
    {
        var whole = decimal.Floor(least);
        if (whole == least) return (whole, 1);
        if (whole + 1 <= most) return (whole + 1, 1);

        var (numerator, denominator) = SimplestFraction(1 / (most - whole), 1 / (least - whole));
        return ((whole * numerator) + denominator, numerator);
    }

    private static long TimeOf(DelimitedFile file)
    {
        if (file.Problem is null && file.TryTime(out var us)) return us;
        throw Bad(file, file.Detail ?? file.Problem!);
    }

    private static Instrument? InstrumentOf(DelimitedFile file, BarSeries bars)
    {
        var symbol = SymbolOf(file);
        return bars.Instruments.FirstOrDefault(i =>
            i.Id.Value == symbol || (InstrumentNaming.TryName(symbol, venue: null, out var named, out _) && named!.Id == i.Id));
    }

    private static long BeginOf(DelimitedFile file, long us, Instrument instrument)
    {
        var ms = BarFileNumbers.ToMs(us);
        return file.DatesOnly ? CloseTimes.BeginOfDate(ms, InstrumentNaming.IsEquity(instrument.Id)) : ms;
    }

    private static decimal AboveZero(DelimitedFile file, string expected, string text) =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number > 0
            ? number
            : throw Bad(file, $"expected {expected} above zero, found '{text}'");

    private static decimal FactorOf(DelimitedFile file, int role)
    {
        var factor = AboveZero(file, "a factor", TextOf(file, role));
        return factor > HalfDigit ? factor : throw Bad(file, $"expected a factor above {HalfDigit}, found {factor}");
    }

    private static string SymbolOf(DelimitedFile file) => file.Has(FileColumns.Subject) ? TextOf(file, FileColumns.Subject) : file.Symbol;

    private static string TextOf(DelimitedFile file, int role) => Encoding.UTF8.GetString(file[role]);

    private static BarFileException Bad(DelimitedFile file, string reason) => new(BarFileException.BadRow, $"{file.Path}: line {file.LineNumber}: {reason}.");

    private readonly record struct Factors(long TimeUs, decimal Price, decimal Split, string Reference);
}
