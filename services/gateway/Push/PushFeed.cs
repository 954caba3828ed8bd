namespace AlgoStack.Gateway.Push;

/// <summary>The one core of live push: what is told here goes into the journal, and whoever wants it is woken to read on.</summary>
internal sealed class PushFeed(PushJournal journal)
{
    public const int MostConnections = 2_000;

    private readonly Lock _gate = new();
    private volatile PushConnection[] _connections = [];

    public PushJournal Journal => journal;

    public IReadOnlyList<PushConnection> Connections => _connections;

    /// <returns>False when there are <see cref="MostConnections"/> already.</returns>
    public bool TryJoin(PushConnection connection)
    {
        lock (_gate)
        {
            if (_connections.Length == MostConnections) return false;

            _connections = [.. _connections, connection];
            return true;
        }
    }

    public void Leave(PushConnection connection)
    {
        lock (_gate) _connections = [.. _connections.Where(c => c != connection)];
    }

    public void Tell(IEnumerable<PushDraft> drafts)
    {
        // Written before the journal is held.
        var told = journal.Append([.. drafts]);
        if (told.Count == 0) return;

        foreach (var connection in _connections) connection.Notice(told);
    }

    /// <summary>Tells everybody who follows these kinds that something of them was missed.</summary>
    public void TellMissed(PushKinds kinds, string reason) => Tell([PushDraft.Reset(journal.Epoch, kinds, reason)]);
}
