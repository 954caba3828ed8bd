namespace AlgoStack.Gateway.Push;

/// <summary>Why a connection ends.</summary>
/// <param name="Code">Of the WebSocket's close; those of 4000 and up are ours.</param>
/// <param name="Reason">A stable name and a sentence, in all at most 123 bytes (RFC 6455, 5.5.1).</param>
internal sealed record PushEnd(int Code, string Reason)
{
    /// <summary>The client has gone.</summary>
    public static readonly PushEnd Left = new(1000, "");

    public static readonly PushEnd Stopping = new(1001, "stopping: the gateway stops; connect again and resume.");
    public static readonly PushEnd TooLarge = new(1009, $"message_too_large: expected at most {PushRequest.MostBytes} bytes.");
    public static readonly PushEnd TooManyBad = new(4400, $"too_many_bad_messages: {PushConnection.MostBad} in a row.");
    public static readonly PushEnd TokenExpired = new(4401, "token_expired: the token has expired and was not renewed.");
    public static readonly PushEnd TokenRevoked = new(4401, "token_revoked: what the token was had for has ended.");
    public static readonly PushEnd TooSlow = new(4408, $"too_slow: more than {PushJournal.MostEvents} events or {PushJournal.MostBytes >> 20} MB waited to be read.");
    public static readonly PushEnd Stuck = new(4408, $"too_slow: a message was not read within {PushConnection.LongestWrite.TotalSeconds:0} s.");
}
