using Npgsql;

namespace AlgoStack.EventStore.Streams;

/// <summary>All that a session commits with its next save.</summary>
internal sealed class PendingSave(EventTypes types)
{
    private const int MostSharedEvents = 100;
    private const int MostSharedBytes = 64 * 1024;

    public PendingEvents Events { get; } = new(types);

    /// <summary>What is stored beside the events, by their origins.</summary>
    public List<EventMetadata> Metadata { get; private set; } = [];

    /// <summary>By event, its place in <see cref="Metadata"/>.</summary>
    public int[] Origins { get; private set; } = [];

    public SortedSet<string> Archived { get; } = new(StringComparer.Ordinal);

    public List<(Guid MessageId, string Consumer)> Received { get; } = [];

    public List<FeedAdvance> Advances { get; } = [];

    public List<NpgsqlBatchCommand> Commands { get; } = [];

    public List<Func<NpgsqlConnection, NpgsqlTransaction, CancellationToken, Task>> Enlisted { get; } = [];

    public bool IsEmpty => Events.Count + Archived.Count + Received.Count + Advances.Count + Commands.Count + Enlisted.Count == 0;

    /// <summary>
    /// Whether it may go in one transaction with other sessions: it is small, and runs no SQL of its own, which could wait
    /// for anything.
    /// </summary>
    public bool IsShareable =>
        Events.Count is > 0 and <= MostSharedEvents && Events.Bytes <= MostSharedBytes && Archived.Count + Commands.Count + Enlisted.Count == 0;

    /// <summary>Says what is stored beside the events, just before they are.</summary>
    public void Describe(Func<EventOrigin, EventMetadata> describe)
    {
        var places = new Dictionary<EventOrigin, int>();
        Metadata = [];
        Origins = new int[Events.Count];
        for (var i = 0; i < Origins.Length; i++)
        {
            var origin = Events.Events[i].Origin;
            if (places.TryGetValue(origin, out Origins[i])) continue;

            places.Add(origin, Origins[i] = Metadata.Count);
            Metadata.Add(describe(origin));
        }
    }

    public void Clear()
    {
        Events.Clear();
        Archived.Clear();
        Received.Clear();
        Advances.Clear();
        Commands.Clear();
        Enlisted.Clear();
    }

    /// <summary>What goes before the events: from these to the commit the append lock is held.</summary>
    public void FillBefore(NpgsqlBatch batch)
    {
        foreach (var advance in Advances) batch.BatchCommands.Add(advance.ToCommand());
        foreach (var (messageId, consumer) in Received)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand("insert into inbox (message_id, consumer) values ($1, $2)")
            {
                Parameters = { new NpgsqlParameter<Guid> { TypedValue = messageId }, new NpgsqlParameter<string> { TypedValue = consumer } },
            });
        }

        foreach (var command in Commands) batch.BatchCommands.Add(command);
    }

    /// <summary>What goes after the events, which it marks too.</summary>
    public void FillAfter(NpgsqlBatch batch, StreamIdentity streamIdentity)
    {
        // In the order in which appends lock streams. An append in flight is waited for here and seen by the last statement.
        foreach (var id in Archived)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand("update mt_streams set is_archived = true where id = $1")
            {
                Parameters = { streamIdentity.Parameter(id) },
            });
        }

        if (Archived.Count == 0) return;

        batch.BatchCommands.Add(new NpgsqlBatchCommand("update mt_events set is_archived = true where stream_id = any ($1)")
        {
            Parameters = { streamIdentity.Parameter([.. Archived]) },
        });
    }
}

/// <summary>A counted feed's position that moves with a commit.</summary>
internal sealed record FeedAdvance(string Consumer, string Feed, int Partition, long From, long To)
{
    public NpgsqlBatchCommand ToCommand() => new("select advance_feed($1, $2, $3, $4, $5)")
    {
        Parameters =
        {
            new NpgsqlParameter<string> { TypedValue = Consumer },
            new NpgsqlParameter<string> { TypedValue = Feed },
            new NpgsqlParameter<int> { TypedValue = Partition },
            new NpgsqlParameter<long> { TypedValue = From },
            new NpgsqlParameter<long> { TypedValue = To },
        },
    };
}
