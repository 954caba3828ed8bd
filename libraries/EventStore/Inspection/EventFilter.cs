using System.Globalization;
using System.Text;
using Npgsql;

namespace AlgoStack.EventStore.Inspection;

/// <summary>Which events are asked for; what is null does not matter. Bounds are included.</summary>
/// <param name="From">Stamped then or later.</param>
internal sealed record EventFilter(
    string? Stream, string? Type, string? CorrelationId, long? FromSequence, long? ToSequence, DateTimeOffset? From, DateTimeOffset? To)
{
    /// <summary>The SQL of the conditions alone: the plan for a stream is another than the one for a time.</summary>
    public string Where(NpgsqlParameterCollection parameters)
    {
        var conditions = new StringBuilder("true");
        Add("stream_id =", Stream);
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
