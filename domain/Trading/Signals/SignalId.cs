using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.MarketData;

namespace AlgoStack.Trading.Signals;

/// <summary>
/// A signal's name, a function of strategy, parameters, instrument, timeframe and bar close: live and backtest call the
/// same wish by the same name. 32 hexadecimal digits, worked out when they are first asked for, which a backtest may never do.
/// </summary>
public sealed class SignalId : IEquatable<SignalId>
{
    private const int Bytes = 16;

    private readonly string _strategy = "";
    private readonly string _parameters = "";
    private readonly InstrumentId _instrument;
    private readonly Timeframe _timeframe;
    private readonly long _closeMs;
    private string? _value;

    /// <summary>A name that was told.</summary>
    public SignalId(string value) => _value = value;

    private SignalId(string strategy, string parameters, InstrumentId instrument, Timeframe timeframe, long closeMs)
    {
        _strategy = strategy;
        _parameters = parameters;
        _instrument = instrument;
        _timeframe = timeframe;
        _closeMs = closeMs;
    }

    public string Value => _value ??= Derive();

    public static SignalId For(string strategy, string parameters, InstrumentId instrument, Timeframe timeframe, long barCloseMs) =>
        new(strategy, parameters, instrument, timeframe, barCloseMs);

    public bool Equals(SignalId? other) => other is not null && Value == other.Value;

    public override bool Equals(object? obj) => Equals(obj as SignalId);

    public override int GetHashCode() => Value.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => Value;

    private string Derive()
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{_strategy}\n{_parameters}\n{_instrument}\n{_timeframe}\n{_closeMs}");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, Bytes));
    }
}
