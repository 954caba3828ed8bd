namespace AlgoStack.Contracts.MarketData;

/// <summary>Asks ingestion to replay a file of bars: <c>POST /replays</c>.</summary>
/// <param name="File">Full path of a CSV or CSV.gz on ingestion's machine.</param>
/// <param name="Speed"><c>1x</c> to <c>1000x</c>, <c>max</c>, or null for a watchable pace.</param>
/// <param name="Timeframe">Null: the smallest step within a symbol.</param>
/// <param name="Venue">For symbols without a venue of their own. Null: <c>SIM</c>.</param>
public sealed record StartReplay(string File, string? Speed = null, string? Timeframe = null, string? Venue = null);

/// <summary>Asks ingestion to put a file on the tape, without announcing it: <c>POST /imports</c>.</summary>
/// <param name="File">Full path of a CSV or CSV.gz on ingestion's machine.</param>
/// <param name="Kind"><c>bars</c>, <c>trades</c>, <c>quotes</c>, <c>chain</c> or <c>series</c>.</param>
/// <param name="Timeframe">Of bars. Null: the smallest step within a symbol.</param>
/// <param name="Venue">For symbols without a venue of their own. Null: <c>SIM</c>.</param>
public sealed record StartImport(string File, string Kind = "bars", string? Timeframe = null, string? Venue = null);

/// <summary>Asks ingestion to follow a venue's public stream: <c>POST /feeds</c>. Its session is <c>live</c>.</summary>
public sealed record StartFeed(string Provider, IReadOnlyList<string> Symbols, string Timeframe = "1m");

/// <summary>Where a session stands: <c>GET /sessions/{id}</c>, <c>GET /sessions</c>.</summary>
/// <param name="State"><c>starting</c>, <c>running</c>, <c>completed</c> or <c>failed</c>.</param>
/// <param name="BarsRead">Rows read from the source.</param>
/// <param name="BarsAccepted">Rows announced.</param>
/// <param name="Duplicates">Exact repeats, dropped.</param>
/// <param name="Quarantined">Rows kept out, by reason.</param>
/// <param name="LastSequence">The newest batch announced.</param>
/// <param name="FirstReadAt">When the first row was read; the pipeline's clock starts here.</param>
/// <param name="Error">Why it failed: file, line and reason.</param>
/// <param name="DataKind">What an import is of; its counts of bars are of such rows then. Null for any other session.</param>
/// <param name="RowsAdded">Rows of an import that the tape lacked, corrections included.</param>
public sealed record SessionStatus(
    string SessionId,
    string Kind,
    string Source,
    string State,
    string? Timeframe,
    long? BarsTotal,
    long BarsRead,
    long BarsAccepted,
    long Duplicates,
    IReadOnlyDictionary<string, long> Quarantined,
    long LastSequence,
    DateTimeOffset? FirstBar,
    DateTimeOffset? LastBar,
    DateTimeOffset StartedAt,
    DateTimeOffset? FirstReadAt,
    DateTimeOffset? EndedAt,
    string? Error,
    string? DataKind = null,
    long? RowsAdded = null);

/// <summary>The head of one announced batch: <c>GET /sessions/{id}/batches?from=&amp;to=</c>, in order of sequence.</summary>
public sealed record BatchHead(
    long Sequence, int Partition, bool WarmUp, bool EndOfSession, int Count, DateTimeOffset? First, DateTimeOffset? Last);
