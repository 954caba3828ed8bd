using Npgsql;
using NpgsqlTypes;

namespace AlgoStack.EventStore.Retention;

/// <summary>Which events are not in the log because they were archived.</summary>
internal sealed class DeletedEvents
{
    private readonly List<NpgsqlRange<long>> _ranges;

    private DeletedEvents(List<NpgsqlRange<long>> ranges) => _ranges = ranges;

    public static async Task<DeletedEvents> LoadAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        // No two archives have an event in common.
        await using var command = new NpgsqlCommand(
            "select range from event_archives, unnest(seqs) as range where restored_at is null order by lower(range)", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var ranges = new List<NpgsqlRange<long>>();
        while (await reader.ReadAsync(cancellationToken)) ranges.Add(reader.GetFieldValue<NpgsqlRange<long>>(0));
        return new DeletedEvents(ranges);
    }

    public bool Contains(long sequence)
    {
        // The last range that begins at or before it. As PostgreSQL has them the upper bound is not in.
        var (low, high) = (0, _ranges.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_ranges[middle].LowerBound <= sequence) low = middle + 1;
            else high = middle;
        }

        return low > 0 && sequence < _ranges[low - 1].UpperBound;
    }
}
