using AlgoStack.Contracts.MarketData;
using AlgoStack.ServiceDefaults.Clients;

namespace AlgoStack.Gateway.Udf;

/// <summary>The newest bar of a day that an instrument has, or of a week where there are but weeks; its close is the last price.</summary>
/// <param name="PreviousClose">Of the bar before; null where there is none.</param>
internal sealed record LastPrice(double Open, double High, double Low, double Close, double Volume, double? PreviousClose);

/// <summary>Reads last prices from the bars that go on for longest.</summary>
internal sealed class QuoteReader(TapeClient tape, ChartReader charts)
{
    private const long ReachMs = 7 * 86_400_000L;

    private static readonly Resolution[] Spans = [.. Resolution.All.Where(r => !r.IsIntraday)];

    /// <summary>Null where there are no bars.</summary>
    public async Task<LastPrice?> FindAsync(Symbol symbol, CancellationToken cancellationToken)
    {
        var stored = await tape.GetTimeframesAsync(symbol.Id, cancellationToken);
        foreach (var source in stored.OrderByDescending(s => s.Last).ThenBy(Resolution.LengthOf))
        {
            if (Spans.FirstOrDefault(r => r.SourceOf([source]) is not null) is not { } span) continue;

            return await ReadAsync(symbol, source, span, cancellationToken);
        }

        return null;
    }

    private async Task<LastPrice?> ReadAsync(Symbol symbol, StoredBars source, Resolution span, CancellationToken cancellationToken)
    {
        var bars = await charts.ReadAsync(symbol.Id, source, span, null, source.Last.ToUnixTimeMilliseconds() + ReachMs, 2, cancellationToken);
        var last = bars.BeginMs.Count - 1;
        return last < 0
            ? null
            : new LastPrice(
                bars.Open[last], bars.High[last], bars.Low[last], bars.Close[last], bars.Volume[last], last > 0 ? bars.Close[last - 1] : null);
    }
}
