namespace AlgoStack.EventStore.Streams;

/// <summary>How each aggregate comes of its events: a state before the first, and the state after each next one.</summary>
public sealed class AggregateFolds
{
    private readonly Dictionary<Type, (Func<object?> Seed, Func<object?, StoredEvent, object?> Apply)> _folds = [];

    /// <exception cref="ArgumentException">The aggregate is registered already.</exception>
    public void Add<T>(Func<T> seed, Func<T, object, T> apply)
        where T : class => _folds.Add(typeof(T), (seed, (state, e) => apply((T)state!, e.Data)));

    /// <summary>An aggregate that is nothing before its first event, and may become nothing again.</summary>
    /// <exception cref="ArgumentException">The aggregate is registered already.</exception>
    public void Add<T>(Func<T?, StoredEvent, T?> evolve)
        where T : class => _folds.Add(typeof(T), (() => null, (state, e) => evolve((T?)state, e)));

    /// <exception cref="InvalidOperationException">The aggregate is not registered.</exception>
    public T? Fold<T>(IEnumerable<StoredEvent> events)
        where T : class
    {
        if (!_folds.TryGetValue(typeof(T), out var fold))
        {
            throw new InvalidOperationException($"Aggregate {typeof(T)} is not registered with the store.");
        }

        return (T?)events.Aggregate(fold.Seed(), fold.Apply);
    }
}
