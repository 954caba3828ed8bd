using System.Globalization;
using System.Text;
using AlgoStack.EventStore.Streams;
using Npgsql;

namespace AlgoStack.EventStore.Inspection;

/// <summary>Which events are asked for; what is null does not matter. Bounds are included.</summary>
/// <param name="From">Stamped then or later.</param>
internal sealed record EventFilter(
    string? Stream, string? Type, string? CorrelationId, long? FromSequence, long? ToSequence, DateTimeOffset? From, DateTimeOffset? To)
{
    /// <summary>What can be asked of no store, or null.</summary>
    public string? Fault(StreamIdentity identity)
    {
        try
        {
            if (Stream is not null) identity.Check(Stream);
        }
        catch (InvalidStreamIdException e)
        {
            return e.Message;
        }

        return Has(Type) || Has(CorrelationId) ? "Type, correlation: expected text without NUL." : null;

        static bool Has(string? text) => text?.Contains('\0', StringComparison.Ordinal) == true;
    }

    /// <summary>The SQL of the conditions alone: the plan for a stream is another than the one for a time.</summary>
    public string Where(NpgsqlParameterCollection parameters, StreamIdentity identity)
    {
        var conditions = new StringBuilder("true");
        if (Stream is not null)
        {
            parameters.Add(identity.Parameter(Stream));
            conditions.Append(CultureInfo.InvariantCulture, $" and stream_id = ${parameters.Count}");
        }

        Add("type =", Type);
        Add("correlation_id =", CorrelationId);
        Add("seq_id >=", FromSequence);
        Add("seq_id <=", ToSequence);
        Add("timestamp >=", From?.ToUniversalTime());
        Add("timestamp <=", To?.ToUniversalTime());
        return conditions.ToString();

        void Add<T>(string condition, T? value)
        {
            if (value is null) return;

            parameters.Add(new NpgsqlParameter { Value = value });
            conditions.Append(CultureInfo.InvariantCulture, $" and {condition} ${parameters.Count}");
        }
    }
}
