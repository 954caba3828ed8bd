using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Orders;

namespace AlgoStack.Backtesting;

/// <summary>SHA-256 over columns and the instruments' names: two runs with one hash ran over the same bars or ticks.</summary>
public static class DataHash
{
    public static string Of(params IEnumerable<BarSeries> stretches)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var bars in stretches)
        {
            var head = string.Create(CultureInfo.InvariantCulture, $"{bars.Timeframe}|{string.Join(',', bars.Instruments.Select(i => i.Id.Value))}|{bars.Count}\n");
            hash.AppendData(Encoding.UTF8.GetBytes(head));
            hash.AppendData(MemoryMarshal.AsBytes(bars.Instrument.AsSpan()));
            hash.AppendData(MemoryMarshal.AsBytes(bars.CloseMs.AsSpan()));
            foreach (var column in (double[][])[bars.Open, bars.High, bars.Low, bars.Close, bars.Volume])
            {
                hash.AppendData(MemoryMarshal.AsBytes(column.AsSpan()));
            }

            foreach (var action in bars.Actions) hash.AppendData(Encoding.UTF8.GetBytes(Line(action)));
        }

        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }

    public static string Of(TickSeries ticks)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var head = string.Create(CultureInfo.InvariantCulture, $"ticks|{string.Join(',', ticks.Instruments.Select(i => i.Id.Value))}|{ticks.Count}\n");
        hash.AppendData(Encoding.UTF8.GetBytes(head));
        hash.AppendData(MemoryMarshal.AsBytes(ticks.Instrument.AsSpan()));
        hash.AppendData(MemoryMarshal.AsBytes(ticks.TimeUs.AsSpan()));
        hash.AppendData(MemoryMarshal.AsBytes(ticks.Kind.AsSpan()));
        foreach (var column in (double[][])[ticks.Price, ticks.Size, ticks.Ask, ticks.AskSize])
        {
            hash.AppendData(MemoryMarshal.AsBytes(column.AsSpan()));
        }

        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }

    private static string Line(CorporateAction action) => string.Create(CultureInfo.InvariantCulture, $"{action.Instrument}|{action.ExMs}|") + action switch
    {
        Split split => string.Create(CultureInfo.InvariantCulture, $"split {split.New.Normalized()} for {split.Old.Normalized()}\n"),
        CashDividend dividend => string.Create(CultureInfo.InvariantCulture, $"dividend {dividend.Amount.Normalized()}\n"),
        _ => throw new ArgumentException($"Expected a split or a dividend, found {action.GetType().Name}.", nameof(action)),
    };
}
