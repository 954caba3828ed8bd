namespace AlgoStack.VenueSim.Faults;

/// <summary>
/// What goes wrong, and how often: rates are parts of one. Whether it does is a function of the seed, the fault and what it
/// would happen to, so that the same requests meet the same faults whatever their order.
/// </summary>
internal sealed record FaultSettings
{
    public ulong Seed { get; init; }

    /// <summary>The request is carried out, and the connection is cut instead of an answer.</summary>
    public double AcceptThenDrop { get; init; }

    /// <summary>The request is carried out and answered 500, 502, 503 or 504.</summary>
    public double AcceptThenError { get; init; }

    /// <summary>The connection is cut before anything is done.</summary>
    public double DropBeforeAccepting { get; init; }

    /// <summary>Answered as <see cref="AcceptThenError"/>, with nothing done.</summary>
    public double ErrorBeforeAccepting { get; init; }

    /// <summary>The request is carried out and answered 200 with a page of HTML.</summary>
    public double Garbage { get; init; }

    public double SlowAnswer { get; init; }

    public int SlowMs { get; init; } = 200;

    /// <summary>How long a connection stands before it is cut.</summary>
    public int DropAfterMs { get; init; }

    /// <summary>The answer waits until the events of the request have left, and <see cref="EventLeadMs"/> more.</summary>
    public double EventBeforeAnswer { get; init; }

    public int EventLeadMs { get; init; } = 50;

    public double TooManyRequests { get; init; }

    /// <summary>The Retry-After of a 429; null leaves the header away.</summary>
    public int? RetryAfterSeconds { get; init; }

    /// <summary>The real limit: 429 for what is more in a minute of the clock. Null is no limit.</summary>
    public int? RequestsPerMinute { get; init; }

    /// <summary>Faults of answers meet GET too, not only what changes something.</summary>
    public bool OnReads { get; init; }

    /// <summary>The keys are no longer good.</summary>
    public bool KeyExpired { get; init; }

    public double DuplicateEvent { get; init; }

    /// <summary>An event leaves after the one that follows it.</summary>
    public double OutOfOrderEvent { get; init; }

    public double LostEvent { get; init; }

    /// <summary>A socket is cut after so many events; 0 for never.</summary>
    public int CloseEvery { get; init; }

    /// <summary>Half of an order fills, and the venue cancels the rest.</summary>
    public double PartialFillThenCancel { get; init; }

    /// <summary>What a cancel left of an order fills after it.</summary>
    public double LateFillAfterCancel { get; init; }

    /// <summary>At the next start venue order ids begin again at the first.</summary>
    public bool IdRollback { get; init; }

    /// <summary>Added to the Date header and to the clock.</summary>
    public int ClockSkewMs { get; init; }

    /// <summary>At most one of the faults of an answer meets a request, so that their rates add up.</summary>
    public AnswerFault AnswerFaultOf(string key)
    {
        var draw = Draw("answer", key);
        foreach (var (fault, rate) in ((AnswerFault Fault, double Rate)[])
        [
            (AnswerFault.DropBeforeAccepting, DropBeforeAccepting), (AnswerFault.ErrorBeforeAccepting, ErrorBeforeAccepting),
            (AnswerFault.AcceptThenDrop, AcceptThenDrop), (AnswerFault.AcceptThenError, AcceptThenError), (AnswerFault.Garbage, Garbage),
        ])
        {
            if (draw < rate) return fault;

            draw -= rate;
        }

        return AnswerFault.None;
    }

    /// <param name="rate">0 never, 1 always.</param>
    /// <param name="key">What the fault would happen to.</param>
    public bool Chooses(double rate, string fault, string key) => rate > 0 && Draw(fault, key) < rate;

    /// <summary>A number from 0 to below 1 that looks random: FNV-1a, then the finalizer of MurmurHash3 (Appleby, 2011).</summary>
    public double Draw(string fault, string key)
    {
        var hash = 14695981039346656037UL ^ (Seed * 0x9E3779B97F4A7C15UL);
        foreach (var c in fault) hash = (hash ^ c) * 1099511628211UL;
        hash = (hash ^ '|') * 1099511628211UL;
        foreach (var c in key) hash = (hash ^ c) * 1099511628211UL;

        hash = (hash ^ (hash >> 33)) * 0xFF51AFD7ED558CCDUL;
        hash = (hash ^ (hash >> 33)) * 0xC4CEB9FE1A85EC53UL;
        return ((hash ^ (hash >> 33)) >> 11) * (1.0 / (1UL << 53));
    }
}
