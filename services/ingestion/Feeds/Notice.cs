using System.Text.Json;
using Npgsql;
using NpgsqlTypes;

namespace AlgoStack.Ingestion.Feeds;

/// <summary>A message that is no batch, kept in the database until the broker has it.</summary>
internal sealed record Notice(string Kind, string Json)
{
    public static Notice Of<T>(T message)
        where T : class => new(typeof(T).Name, JsonSerializer.Serialize(message, JsonSerializerOptions.Web));

    public NpgsqlBatchCommand Insert() => new("insert into notices (kind, message) values ($1, $2)")
    {
        Parameters = { new() { Value = Kind }, new() { Value = Json, NpgsqlDbType = NpgsqlDbType.Jsonb } },
    };
}
