using System.Globalization;

namespace AlgoStack.Backtesting.Reports;

/// <summary>
/// A result as tables of RFC 4180: UTF-8, a head, fields quoted where they have to be, each line ended by CR LF. Numbers have
/// every digit, times are ISO 8601 in UTC, what cannot be known is empty. A text that a spreadsheet would take for a formula
/// has a <c>'</c> before it, as OWASP, CSV Injection, says.
/// </summary>
public static class CsvReport
{
    private const string TextsOfFormulas = "=+-@\t\r\n";

    /// <summary>Writes <c>trades.csv</c>, <c>equity.csv</c>, <c>daily-returns.csv</c> and <c>statistics.csv</c>, over those there are.</summary>
    public static void Write(string folder, BacktestResult result)
    {
        Directory.CreateDirectory(folder);
        Write("trades.csv", WriteTrades);
        Write("equity.csv", WriteEquity);
        Write("daily-returns.csv", WriteDailyReturns);
        Write("statistics.csv", WriteStatistics);

        void Write(string name, Action<TextWriter, BacktestResult> table)
        {
            using var file = new StreamWriter(Path.Combine(folder, name));
            table(file, result);
        }
    }

    /// <summary>All of them, in the order of their end.</summary>
    public static void WriteTrades(TextWriter output, BacktestResult result)
    {
        Line(output, "instrument", "side", "quantity", "entryPrice", "exitPrice", "commission", "profitAndLoss", "opened", "closed");
        foreach (var trade in result.Trades)
        {
            Line(
                output,
                Text(trade.Instrument.Value),
                trade.Side.ToString(),
                Number(trade.Quantity),
                Number(trade.EntryPrice),
                Number(trade.ExitPrice),
                Number(trade.Commission),
                Number(trade.ProfitAndLoss),
                Numbers.Iso(trade.OpenedMs),
                Numbers.Iso(trade.ClosedMs));
        }
    }

    /// <summary>The points of each currency's curve.</summary>
    public static void WriteEquity(TextWriter output, BacktestResult result)
    {
        Line(output, "time", "currency", "equity");
        foreach (var currency in result.Currencies)
        {
            foreach (var point in currency.Curve) Line(output, Numbers.Iso(point.AtMs), Text(currency.Currency), Number(point.Equity));
        }
    }

    /// <summary>As fractions; nothing of a currency whose days have none.</summary>
    public static void WriteDailyReturns(TextWriter output, BacktestResult result)
    {
        Line(output, "day", "currency", "return");
        foreach (var currency in result.Currencies)
        {
            for (var i = 0; i < (currency.Days?.Count ?? 0); i++)
            {
                Line(
                    output,
                    currency.Days!.Days[i].ToString("O", CultureInfo.InvariantCulture),
                    Text(currency.Currency),
                    Number(currency.Days.Values[i]));
            }
        }
    }

    /// <summary>A line a statistic and currency.</summary>
    public static void WriteStatistics(TextWriter output, BacktestResult result)
    {
        Line(output, "currency", "name", "value");
        foreach (var currency in result.Currencies)
        {
            foreach (var statistic in StatisticGroup.All.SelectMany(group => group.Statistics))
                Line(output, Text(currency.Currency), statistic.Key, statistic.Exact(currency));
        }
    }

    private static void Line(TextWriter output, params ReadOnlySpan<string> fields)
    {
        for (var i = 0; i < fields.Length; i++)
        {
            if (i > 0) output.Write(',');
            output.Write(fields[i]);
        }

        output.Write("\r\n");
    }

    private static string Number(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);

    private static string Text(string value)
    {
        if (value.Length > 0 && TextsOfFormulas.Contains(value[0], StringComparison.Ordinal)) value = $"'{value}";
        return value.AsSpan().ContainsAny(",\"\r\n") ? $"\"{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : value;
    }
}
