using System.Text.Json;
using AlgoStack.Contracts.Alerts;
using AlgoStack.Contracts.Live;
using AlgoStack.Contracts.MarketData;
using AlgoStack.Contracts.Operations;
using AlgoStack.Contracts.Orders;
using AlgoStack.Contracts.Signals;

namespace AlgoStack.Gateway.Push;

/// <summary>Makes events of what the bus and the watch over the services say, as far as anybody wants them.</summary>
internal sealed class PushNews(PushFeed feed)
{
    /// <summary>Of one event: a rush of bars is several.</summary>
    public const int MostRows = 256;

    public const PushKinds OfBars = PushKinds.Prices | PushKinds.Bars;
    public const PushKinds OfSignals = PushKinds.Signals;
    public const PushKinds OfOrders = PushKinds.Orders | PushKinds.Fills | PushKinds.Positions;

    private readonly Gaps _barGaps = new();
    private readonly Gaps _signalGaps = new();

    /// <summary>Whether any of these kinds is wanted. What is not is not even read.</summary>
    public bool Wants(PushKinds kinds) => feed.Journal.Records(kinds);

    public void Tell(BarsClosed message)
    {
        if (!Wants(OfBars)) return;

        var begun = Math.Max(feed.Journal.BegunAt(PushKinds.Bars), feed.Journal.BegunAt(PushKinds.Prices));
        if (_barGaps.IsAfterGap(begun, message.SessionId, message.Partition, message.Sequence, message.EndOfSession)) feed.TellMissed(OfBars, Behind);
        var rows = RowsByInstrument(message.Bars);
        if (Wants(PushKinds.Bars)) feed.Tell(rows.SelectMany(instrument => Bars(message, instrument.Key, instrument.Value)));
        // What a price was before the session began is no price.
        if (Wants(PushKinds.Prices) && !message.WarmUp) feed.Tell(rows.Select(instrument => Price(message, instrument.Key, instrument.Value[^1])));
    }

    public void Tell(BarsEvaluated message)
    {
        if (!Wants(OfSignals)) return;

        if (_signalGaps.IsAfterGap(feed.Journal.BegunAt(OfSignals), message.SessionId, message.Partition, message.Sequence, message.EndOfSession))
            feed.TellMissed(OfSignals, Behind);
        feed.Tell(message.Signals.Select(signal => PushDraft.Event(PushKinds.Signals, Json(signal), signal.Instrument, signal.SessionId)));
    }

    public void Tell(OrdersChanged message)
    {
        if (Wants(PushKinds.Orders))
        {
            feed.Tell(OrderChanges.Of(message).Select(change =>
                PushDraft.Event(PushKinds.Orders, Json(change), change.Instrument, account: change.Account)));
        }

        if (Wants(PushKinds.Fills))
            feed.Tell(message.Filled.Select(fill => PushDraft.Event(PushKinds.Fills, Json(fill), fill.Instrument, account: fill.Account)));

        // After the fills, so that who reads a position at its bell has seen what it is made of.
        if (Wants(PushKinds.Positions))
        {
            feed.Tell(message.Filled
                .GroupBy(fill => (fill.Account, fill.Instrument))
                .Select(fills => fills.MaxBy(fill => fill.Position)!)
                .OrderBy(fill => fill.Position)
                .Select(fill => PushDraft.Event(
                    PushKinds.Positions, Json(new PositionTouched(fill.Position, fill.Account, fill.Instrument, fill.At)), fill.Instrument, account: fill.Account)));
        }
    }

    public void Tell(AlertDelivered message)
    {
        if (Wants(PushKinds.Alerts)) feed.Tell([PushDraft.Event(PushKinds.Alerts, Json(message))]);
    }

    /// <summary>Tells of each service whose state has changed, or the reason for it.</summary>
    public void Tell(SystemStatus before, SystemStatus now)
    {
        if (!Wants(PushKinds.Health)) return;

        var known = before.Services.ToDictionary(service => service.Service, StringComparer.Ordinal);
        feed.Tell(now.Services
            .Where(service => known[service.Service].State != service.State || known[service.Service].Detail != service.Detail)
            .Select(service => PushDraft.Event(PushKinds.Health, Json(service))));
    }

    private const string Behind = "gateway_behind: the gateway was not quick enough to hear it all.";

    private static Dictionary<string, List<int>> RowsByInstrument(BarColumns bars)
    {
        var rows = new Dictionary<string, List<int>>(StringComparer.Ordinal);
        for (var i = 0; i < bars.Count; i++)
        {
            var instrument = bars.Instruments[bars.Instrument[i]];
            if (!rows.TryGetValue(instrument, out var own)) rows.Add(instrument, own = []);
            own.Add(i);
        }

        return rows;
    }

    private static IEnumerable<PushDraft> Bars(BarsClosed message, string instrument, List<int> rows) => rows.Chunk(MostRows).Select(some =>
    {
        var bars = message.Bars;
        var told = new LiveBars(
            message.SessionId, instrument, message.Timeframe,
            [.. some.Select(i => new[] { bars.CloseMs[i], bars.Open[i], bars.High[i], bars.Low[i], bars.Close[i], bars.Volume[i] })]);
        return PushDraft.Event(PushKinds.Bars, Json(told), instrument, message.SessionId);
    });

    private static PushDraft Price(BarsClosed message, string instrument, int row)
    {
        var price = new InstrumentPrice(
            message.SessionId, instrument, message.Bars.Close[row], DateTimeOffset.FromUnixTimeMilliseconds(message.Bars.CloseMs[row]));
        return PushDraft.Event(PushKinds.Prices, Json(price), instrument, message.SessionId, priceOf: $"{message.SessionId}\n{instrument}");
    }

    private static byte[] Json<T>(T message) => JsonSerializer.SerializeToUtf8Bytes(message, JsonSerializerOptions.Web);

    /// <summary>Whether numbered messages came one after the other, since somebody began to listen.</summary>
    private sealed class Gaps
    {
        /// <summary>Sessions that have not ended; of more than these it forgets where they were.</summary>
        private const int MostSessions = 1_000;

        private readonly Dictionary<(string Session, int Partition), long> _last = [];
        private long _begun;

        public bool IsAfterGap(long begun, string session, int partition, long sequence, bool end)
        {
            // While nobody listened messages went by unread.
            if (begun != _begun || _last.Count == MostSessions) _last.Clear();
            _begun = begun;
            var missed = _last.TryGetValue((session, partition), out var last) && sequence > last + 1;
            _last[(session, partition)] = sequence;
            if (end) _last.Remove((session, partition));
            return missed;
        }
    }
}
