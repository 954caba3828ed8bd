using System.Globalization;

namespace AlgoStack.Trading.Parameters;

/// <summary>A value for every parameter of an indicator or a strategy, each in its range.</summary>
public sealed class ParameterValues
{
    private readonly IReadOnlyList<Parameter> _parameters;
    private readonly double[] _values;

    private ParameterValues(IReadOnlyList<Parameter> parameters, double[] values)
    {
        _parameters = parameters;
        _values = values;
    }

    /// <summary>In the order of the parameters.</summary>
    public IReadOnlyList<double> Values => _values;

    /// <exception cref="ArgumentException">There is no such parameter.</exception>
    public double this[string name]
    {
        get
        {
            for (var i = 0; i < _values.Length; i++)
            {
                if (_parameters[i].Name == name) return _values[i];
            }

            throw new ArgumentException($"Parameter: {Expected(_parameters)}, found {name}.", nameof(name));
        }
    }

    /// <summary>A parameter of whole numbers.</summary>
    /// <inheritdoc cref="this"/>
    public int Whole(string name) => (int)this[name];

    /// <param name="owner">Whose they are, for the message of an error.</param>
    /// <param name="given">By name; what is not among them has its default.</param>
    /// <exception cref="ArgumentException">No such parameter, or a value out of its range.</exception>
    public static ParameterValues Of(string owner, IReadOnlyList<Parameter> parameters, IReadOnlyDictionary<string, double> given)
    {
        foreach (var name in given.Keys)
        {
            if (parameters.All(p => p.Name != name)) throw new ArgumentException($"{owner}: {Expected(parameters)}, found {name}.", paramName: null);
        }

        return new ParameterValues(parameters, [.. parameters.Select(Value)]);

        double Value(Parameter parameter)
        {
            var value = given.TryGetValue(parameter.Name, out var found) ? found : parameter.Default;
            parameter.Check(value);
            return value;
        }
    }

    /// <summary>Reads what <see cref="ToString"/> writes.</summary>
    /// <exception cref="ArgumentException">Not of the form <c>fast=12 slow=26</c>, no such parameter, or a value out of its range.</exception>
    public static ParameterValues Parse(string owner, IReadOnlyList<Parameter> parameters, string text)
    {
        var given = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var pair in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var at = pair.IndexOf('=', StringComparison.Ordinal);
            if (at < 1 || !double.TryParse(pair.AsSpan(at + 1), NumberStyles.Float, CultureInfo.InvariantCulture, out var value))
                throw new ArgumentException($"{owner}: expected name=number, found '{pair}'.", nameof(text));
            if (!given.TryAdd(pair[..at], value)) throw new ArgumentException($"{owner}: found {pair[..at]} twice.", nameof(text));
        }

        return Of(owner, parameters, given);
    }

    /// <summary>In the order of the parameters, as in <c>fast=12 slow=26</c>; empty with none.</summary>
    public override string ToString() => string.Join(
        ' ', _parameters.Zip(_values, (p, value) => string.Create(CultureInfo.InvariantCulture, $"{p.Name}={value:R}")));

    private static string Expected(IReadOnlyList<Parameter> parameters) =>
        parameters.Count == 0 ? "expected no parameter" : $"expected a parameter among {string.Join(", ", parameters.Select(p => p.Name))}";
}
