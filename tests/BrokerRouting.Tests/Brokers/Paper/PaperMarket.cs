using AlgoStack.Contracts.MarketData;

namespace AlgoStack.BrokerRouting.Tests.Brokers.Paper;

/// <summary>Bars of the session <c>live</c>.</summary>
internal static class PaperMarket
{
    public static BarsClosed Minute(
        long sequence, DateTimeOffset close, string instrument, double open, double high, double low, double last, double volume = 1_000_000) => new(
        "live",
        Partition: 0,
        sequence,
        "1m",
        WarmUp: false,
        EndOfSession: false,
        [new InstrumentTerms(instrument, 0.01m, 1m, "USD")],
        new BarColumns([instrument], [0], [close.ToUnixTimeMilliseconds()], [open], [high], [low], [last], [volume]));
}
