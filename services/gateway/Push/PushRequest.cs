using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace AlgoStack.Gateway.Push;

/// <summary>What a client asks for.</summary>
internal abstract record PushRequest
{
    public const int MostBytes = 16 * 1024;
    public const int MostSubscriptions = 32;
    public const int MostInstruments = 200;

    /// <summary>Of an id, or the name of an instrument, a session or an account.</summary>
    public const int MostCharacters = 100;

    private const int MostDepth = 8;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        MaxDepth = MostDepth,
        NumberHandling = JsonNumberHandling.Strict,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    public sealed record Subscribe(PushSubscription Subscription) : PushRequest;

    public sealed record Unsubscribe(string Id) : PushRequest;

    public sealed record Resume(string Epoch, long Sequence, IReadOnlyList<PushSubscription> Subscriptions) : PushRequest;

    public sealed record Renew(string Token) : PushRequest
    {
        // A record would show it.
        public override string ToString() => nameof(Renew);
    }

    /// <summary>A token that was good.</summary>
    public sealed record Renewed(DateTimeOffset ExpiresAt) : PushRequest;

    /// <summary>Something that is answered with an error.</summary>
    public sealed record Refused(string Code, string Detail, string? Id = null) : PushRequest;

    /// <param name="type">What is asked for. Null: the message says it.</param>
    public static PushRequest Read(ReadOnlySpan<byte> json, string? type = null)
    {
        try
        {
            return JsonSerializer.Deserialize<Message>(json, Json) is { } message ? Read(message, type ?? message.Type) : NoMessage();
        }
        catch (JsonException)
        {
            return NoMessage();
        }
    }

    private static Refused NoMessage() => new("message_invalid", "Expected a JSON object with a type and the members that belong to it.");

    private static PushRequest Read(Message message, string? type) => type switch
    {
        "subscribe" => Read(message.Id, message.Kinds, message.Instruments, message.Session, message.Account),
        "unsubscribe" => IsName(message.Id) ? new Unsubscribe(message.Id!) : NoId(message.Id),
        "resume" => ReadResume(message),
        "token" => message.Token is { Length: > 0 } token ? new Renew(token) : new Refused("token_missing", "Expected a token."),
        _ => new Refused("type_unknown", "Type: expected subscribe, unsubscribe, resume or token."),
    };

    private static PushRequest Read(string? id, string[]? kinds, string[]? instruments, string? session, string? account)
    {
        if (!IsName(id)) return NoId(id);

        var wanted = PushKinds.None;
        foreach (var name in kinds ?? [])
        {
            if (name is null || !PushKind.ByName.TryGetValue(name, out var kind)) return NoKinds(id);

            wanted |= kind;
        }

        if (wanted == PushKinds.None) return NoKinds(id);

        if (instruments is not null && (instruments.Length is 0 or > MostInstruments || !Array.TrueForAll(instruments, IsName)))
            return new Refused("instruments_invalid", $"Instruments: expected 1 to {MostInstruments} names, or none at all for any.", id);

        if ((session is not null && !IsName(session)) || (account is not null && !IsName(account)))
            return new Refused("name_invalid", $"Session and account: expected a name of 1 to {MostCharacters} characters, or none at all for any.", id);

        return new Subscribe(new PushSubscription(id!, wanted, instruments?.ToFrozenSet(StringComparer.Ordinal), session, account));
    }

    private static PushRequest ReadResume(Message message)
    {
        if (message.Epoch is not { Length: > 0 and <= MostCharacters } epoch || message.Sequence is not >= 0)
            return new Refused("resume_invalid", "Expected an epoch, and the last sequence seen of it.");

        if (message.Subscriptions is not { Length: > 0 and <= MostSubscriptions } wanted) return TooMany(null);

        var subscriptions = new List<PushSubscription>();
        foreach (var one in wanted)
        {
            var read = one is null ? NoId(null) : Read(one.Id, one.Kinds, one.Instruments, one.Session, one.Account);
            if (read is not Subscribe subscribe) return read;
            if (subscriptions.Exists(known => known.Id == subscribe.Subscription.Id)) return NoId(one!.Id);

            subscriptions.Add(subscribe.Subscription);
        }

        return new Resume(epoch, message.Sequence.Value, subscriptions);
    }

    public static Refused TooMany(string? id) => new("subscriptions_invalid", $"Expected 1 to {MostSubscriptions} subscriptions.", id);

    private static Refused NoId(string? id) =>
        new("id_invalid", $"Id: expected a name of 1 to {MostCharacters} characters that no other subscription of the message has.", IsName(id) ? id : null);

    private static Refused NoKinds(string? id) => new("kinds_invalid", $"Kinds: expected some of {string.Join(", ", PushKind.ByName.Keys)}.", id);

    private static bool IsName(string? name) => name is { Length: > 0 and <= MostCharacters };

    private sealed record Message(
        string? Type,
        string? Id,
        string[]? Kinds,
        string[]? Instruments,
        string? Session,
        string? Account,
        string? Epoch,
        long? Sequence,
        Wanted[]? Subscriptions,
        string? Token)
    {
        public override string ToString() => nameof(Message);
    }

    private sealed record Wanted(string? Id, string[]? Kinds, string[]? Instruments, string? Session, string? Account);
}
