using AlgoStack.BrokerRouting.Portfolios;
using AlgoStack.Contracts.MarketData;
using AlgoStack.Contracts.Signals;
using AlgoStack.Simulation;
using AlgoStack.Strategies;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.MarketData;
using AlgoStack.Trading.Risk;
using AlgoStack.Trading.Signals;

namespace AlgoStack.BrokerRouting.Orders;

/// <summary>
/// One market-data session's trading: the account, its engines and the paper venue, and the batch they have come to.
/// Its state is a fold over bars, signals and halts, so a restart that folds them again stands where the crash was.
/// Not safe for several threads.
/// </summary>
public sealed class SessionBook(string sessionId) : IDisposable
{
    /// <summary>Of feeds: it goes on for ever.</summary>
    public const string LiveSession = "live";

    /// <summary>What the names of sessions' accounts begin with, and of no others.</summary>
    public const string AccountPrefix = "paper-";

    private readonly TradingSession _session = new(new TradingSettings(AccountOf(sessionId)));
    private readonly List<(Instrument Instrument, int Index)> _instruments = [];
    private readonly Dictionary<string, int> _known = new(StringComparer.Ordinal);
    private double[] _lastCloses = [];
    private long _signals;

    public TradingSession Trading => _session;

    /// <summary>Sequence of the newest batch in this state.</summary>
    public long LastSequence { get; private set; }

    /// <summary>The paper account names its session.</summary>
    public static string AccountOf(string sessionId) => $"{AccountPrefix}{sessionId}";

    /// <summary>An account at a venue trades in the session that goes on for ever.</summary>
    public static string SessionOf(string account) =>
        account.StartsWith(AccountPrefix, StringComparison.Ordinal) ? account[AccountPrefix.Length..] : LiveSession;

    /// <summary>Puts trading into <paramref name="state"/> from the next batch on.</summary>
    public void Control(TradingState state) => _session.Switch(state);

    /// <summary>
    /// Goes through a batch instant by instant: first the bars of an instant, then its signals. What came of it is in
    /// the trading session's event lists.
    /// </summary>
    public AccountMarked Advance(BarColumns bars, IReadOnlyList<InstrumentTerms> terms, BarsEvaluated evaluated)
    {
        if (evaluated.Sequence != LastSequence + 1)
        {
            throw new InvalidOperationException($"Session {sessionId}: expected batch {LastSequence + 1}, found {evaluated.Sequence}.");
        }

        // History from before the session is the strategies' business alone.
        if (!evaluated.WarmUp) Trade(bars, Indices(bars, terms), evaluated.Signals);
        LastSequence = evaluated.Sequence;
        _signals += evaluated.Signals.Count;
        return Mark(evaluated);
    }

    /// <summary>As the engines take it: sizing and exits look at direction, close, target, stop and expiry alone.</summary>
    /// <exception cref="InvalidDataException">Its timeframe or its direction is none.</exception>
    internal static Signal ToDomain(SignalRaised signal)
    {
        if (!Timeframe.TryParse(signal.Timeframe, out var timeframe) || !EnumName.TryRead<SignalDirection>(signal.Direction, out var direction))
        {
            throw new InvalidDataException(
                $"Session {signal.SessionId}: signal {signal.SignalId} says timeframe '{signal.Timeframe}' and direction '{signal.Direction}'.");
        }

        // The explanation stays with the signal.
        var bar = new Bar(signal.BarClose.ToUnixTimeMilliseconds(), signal.Close, signal.Close, signal.Close, signal.Close, 0);
        var verdict = new Verdict(
            direction, signal.Score, signal.Target ?? double.NaN, signal.Stop ?? double.NaN, signal.ExpiryBars, double.NaN, default);
        return new Signal(
            new SignalId(signal.SignalId), signal.Strategy, signal.Parameters ?? "", new InstrumentId(signal.Instrument), timeframe, bar, verdict, default, signal.Quality ?? 0);
    }

    public void Dispose() => _session.Dispose();

    private void Trade(BarColumns bars, int[] indices, IReadOnlyList<SignalRaised> signals)
    {
        var next = 0;
        for (var row = 0; row < bars.Count;)
        {
            var close = bars.CloseMs[row];
            for (; row < bars.Count && bars.CloseMs[row] == close; row++)
            {
                var (_, index) = _instruments[indices[bars.Instrument[row]]];
                var bar = new Bar(close, bars.Open[row], bars.High[row], bars.Low[row], bars.Close[row], bars.Volume[row]);
                _session.OnBar(index, bar);
                _lastCloses[index] = bar.Close;
            }

            for (; next < signals.Count && signals[next].BarClose.ToUnixTimeMilliseconds() == close; next++)
            {
                _session.OnSignal(ToDomain(signals[next]));
            }
        }

        if (next != signals.Count)
        {
            var signal = signals[next];
            throw new InvalidDataException(
                $"Session {sessionId}: signal {signal.SignalId} of {signal.Instrument} closes at {signal.BarClose:O}, and the batch has no such instant.");
        }
    }

    private int[] Indices(BarColumns bars, IReadOnlyList<InstrumentTerms> terms)
    {
        var indices = new int[bars.Instruments.Count];
        for (var i = 0; i < indices.Length; i++)
        {
            var id = bars.Instruments[i];
            if (!_known.TryGetValue(id, out indices[i]))
            {
                var found = terms.FirstOrDefault(t => t.Id == id)
                    ?? throw new InvalidDataException($"Session {sessionId}: expected tick and lot of {id}, found none.");
                var instrument = new Instrument(new InstrumentId(id), found.Tick, found.Lot, found.Currency);
                indices[i] = _instruments.Count;
                _known.Add(id, indices[i]);
                _instruments.Add((instrument, _session.IndexOf(instrument)));
                Array.Resize(ref _lastCloses, _instruments.Count);
            }
        }

        return indices;
    }

    private AccountMarked Mark(BarsEvaluated evaluated)
    {
        var at = evaluated.ThroughMs == 0 ? (DateTimeOffset?)null : DateTimeOffset.FromUnixTimeMilliseconds(evaluated.ThroughMs);
        var closes = _instruments
            .Where(i => _session.PositionOf(i.Index).Quantity != 0)
            .ToDictionary(i => i.Instrument.Id.Value, i => i.Instrument.RoundPrice(_lastCloses[i.Index]), StringComparer.Ordinal);
        return new AccountMarked(
            _session.Account,
            sessionId,
            evaluated.Partition,
            evaluated.Sequence,
            evaluated.EndOfSession,
            at,
            [.. _session.Balances],
            closes,
            _signals,
            _session.Intents,
            _session.Denied,
            _session.Fills,
            _session.OrderListHash);
    }
}
