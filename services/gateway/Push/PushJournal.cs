using System.Numerics;

namespace AlgoStack.Gateway.Push;

/// <summary>
/// The newest events, numbered from 1 without gaps: one ring in memory for everybody. Who follows has but a place in it, so
/// to go on after a break is to read on, and who reads slowly costs nothing. A kind that nobody has wanted for
/// <see cref="KeptUnwanted"/> is not recorded; where recording begins again stands a reset, and whoever resumes from before
/// reads that.
/// </summary>
internal sealed class PushJournal(TimeProvider clock)
{
    public const int MostEvents = 16_384;
    public const int MostBytes = 32 * 1024 * 1024;

    /// <summary>How long a client may be away and miss nothing, if the ring holds that much.</summary>
    public static readonly TimeSpan KeptUnwanted = TimeSpan.FromMinutes(2);

    /// <summary>A replay brings a session of its own, and its instruments.</summary>
    private const int MostPrices = 20_000;

    private readonly Lock _gate = new();
    private readonly PushEvent[] _ring = new PushEvent[MostEvents];
    private readonly Dictionary<string, NewestPrice> _prices = new(StringComparer.Ordinal);
    private readonly DateTimeOffset[] _wantedUntil = new DateTimeOffset[BitOperations.Log2((uint)PushKinds.Health) + 1];
    private readonly long[] _begunAt = new long[BitOperations.Log2((uint)PushKinds.Health) + 1];
    private volatile int _recorded;
    private long _first = 1;
    private long _last;
    private long _bytes;

    /// <summary>Names this run of numbers: another process counts anew.</summary>
    public string Epoch { get; } = Guid.CreateVersion7(clock.GetUtcNow()).ToString("n");

    public long Last
    {
        get
        {
            lock (_gate) return _last;
        }
    }

    /// <summary>What is held, in bytes of messages.</summary>
    public long Bytes
    {
        get
        {
            lock (_gate) return _bytes;
        }
    }

    /// <summary>Whether any of these is recorded.</summary>
    public bool Records(PushKinds kinds) => ((PushKinds)_recorded & kinds) != PushKinds.None;

    /// <summary>Where recording of the kind last began; before it there may have been more.</summary>
    public long BegunAt(PushKinds kind)
    {
        lock (_gate) return _begunAt[Index(kind)];
    }

    /// <summary>Records these kinds from now on, if they are not recorded yet.</summary>
    /// <returns>The last number: what comes after it is whole.</returns>
    public long Begin(PushKinds kinds)
    {
        lock (_gate)
        {
            var until = clock.GetUtcNow() + KeptUnwanted;
            foreach (var kind in Each(kinds)) _wantedUntil[Index(kind)] = until;

            var fresh = kinds & ~(PushKinds)_recorded;
            if (fresh == PushKinds.None) return _last;

            Add(PushDraft.Reset(Epoch, fresh, "not_recorded: nobody wanted these for a while."));
            foreach (var kind in Each(fresh)) _begunAt[Index(kind)] = _last;
            _recorded |= (int)fresh;
            return _last;
        }
    }

    /// <summary>Goes on with what is wanted, and ends what nobody has wanted for long enough.</summary>
    public void Keep(PushKinds wanted)
    {
        lock (_gate)
        {
            var now = clock.GetUtcNow();
            foreach (var kind in Each((PushKinds)_recorded))
            {
                if (wanted.HasFlag(kind)) _wantedUntil[Index(kind)] = now + KeptUnwanted;
                else if (_wantedUntil[Index(kind)] < now) _recorded &= ~(int)kind;
            }
        }
    }

    /// <summary>Adds those whose kind is recorded.</summary>
    public IReadOnlyList<PushEvent> Append(IReadOnlyList<PushDraft> drafts)
    {
        var added = new List<PushEvent>();
        lock (_gate)
        {
            foreach (var draft in drafts)
            {
                if (Records(draft.Kinds)) added.Add(Add(draft));
            }
        }

        return added;
    }

    /// <summary>Whether everything after this number is still here.</summary>
    public bool Reaches(long sequence)
    {
        lock (_gate) return sequence + 1 >= _first && sequence <= _last;
    }

    /// <summary>
    /// Reads on, leaving out prices that have a newer one, as far as <paramref name="into"/> or <paramref name="mostBytes"/> goes.
    /// </summary>
    /// <param name="next">Up to where everything was read.</param>
    /// <returns>False when what comes next is no longer here.</returns>
    public bool TryRead(long after, Span<PushEvent> into, int mostBytes, out int count, out long next)
    {
        (count, next) = (0, after);
        lock (_gate)
        {
            if (after + 1 < _first) return false;

            for (var bytes = 0; next < _last && count < into.Length && bytes < mostBytes;)
            {
                var read = _ring[++next % MostEvents];
                if (read.Price is { } price && price.Sequence > read.Sequence) continue;

                into[count++] = read;
                bytes += read.Json.Length;
            }

            return true;
        }
    }

    private PushEvent Add(PushDraft draft)
    {
        var added = draft.Number(++_last, draft.PriceOf is { } what ? Price(what) : null);
        if (added.Price is { } price) price.Sequence = _last;
        if (_last - _first == MostEvents) Drop();
        _ring[_last % MostEvents] = added;
        _bytes += added.Json.Length;
        while (_bytes > MostBytes && _first < _last) Drop();
        return added;
    }

    private void Drop()
    {
        ref var oldest = ref _ring[_first++ % MostEvents];
        _bytes -= oldest.Json.Length;
        oldest = null!;
    }

    private NewestPrice Price(string what)
    {
        if (_prices.TryGetValue(what, out var known)) return known;

        // Those that are in the ring already keep theirs: at worst one more of each is sent.
        if (_prices.Count == MostPrices) _prices.Clear();
        var price = new NewestPrice();
        _prices.Add(what, price);
        return price;
    }

    private static int Index(PushKinds kind) => BitOperations.Log2((uint)kind);

    private static IEnumerable<PushKinds> Each(PushKinds kinds) => PushKind.ByName.Values.Where(kind => kinds.HasFlag(kind));
}
