using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using AlgoStack.Strategies;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.MarketData;

namespace AlgoStack.Engine;

/// <summary>
/// Feeds each bar to every strategy and turns changed wishes into signals. Its state is a fold over all bars of a
/// session, warm-up first: exponential averages never forget, so no shorter window gives the same.
/// </summary>
public sealed class SignalEngine(Timeframe timeframe, IEnumerable<StrategyEntry> strategies)
{
    private const int IdBytes = 16;

    private readonly (StrategyEntry Entry, StrategyRunner Runner)[] _strategies = [.. strategies.Select(s => (s, s.NewRunner()))];
    private readonly Dictionary<InstrumentId, int> _indices = [];
    private readonly List<InstrumentId> _instruments = [];

    /// <summary>The index to call an instrument by; the first call with an id adds it.</summary>
    public int IndexOf(InstrumentId id)
    {
        if (_indices.TryGetValue(id, out var index)) return index;

        index = _instruments.Count;
        _indices.Add(id, index);
        _instruments.Add(id);
        return index;
    }

    /// <summary>Takes a bar of history from before the session: evaluated like any other, without raising a signal.</summary>
    public void WarmUp(int instrument, in Bar bar)
    {
        foreach (var (_, runner) in _strategies) runner.OnBar(instrument, bar, out _);
    }

    /// <summary>Takes the next bar; its signals are added in the order of strategies.</summary>
    public void OnBar(int instrument, in Bar bar, List<Signal> signals)
    {
        foreach (var (entry, runner) in _strategies)
        {
            if (!runner.OnBar(instrument, bar, out var verdict)) continue;

            var id = _instruments[instrument];
            signals.Add(new Signal(IdOf(entry, id, bar.CloseMs), entry.Name, id, timeframe, bar, verdict));
        }
    }

    private string IdOf(StrategyEntry strategy, InstrumentId instrument, long closeMs)
    {
        var text = string.Create(
            CultureInfo.InvariantCulture, $"{strategy.Name}\n{strategy.Parameters}\n{instrument}\n{timeframe}\n{closeMs}");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, IdBytes));
    }
}
