using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace AlgoStack.Gateway.Limits;

/// <summary>
/// So many requests of one caller in any window of a length. The window slides in twelfths: the one that runs and the twelve
/// before it count, so no window has more, and what was let through counts for up to a twelfth longer than it must.
/// </summary>
/// <param name="Name">As answers name it; stable.</param>
internal sealed record RateLimit(string Name, int Requests, TimeSpan Window)
{
    public const int Slices = 12;

    private const int LargeFrom = 1_000;

    /// <summary>
    /// How many an instance sets aside for a caller at once. Of a large limit it is a hundredth, so that one statement lets many
    /// through; of a small one each is counted as it comes.
    /// </summary>
    public int Block { get; } = Requests < LargeFrom ? 1 : Requests / 100;

    /// <summary>As <c>RateLimit-Policy</c> has it: <c>"api-key";q=100;w=60</c>.</summary>
    public string Policy { get; } = string.Create(CultureInfo.InvariantCulture, $"\"{Name}\";q={Requests};w={Window.TotalSeconds:0}");

    private long SliceTicks => Window.Ticks / Slices;

    public long SliceOf(DateTimeOffset time) => time.UtcTicks / SliceTicks;

    /// <summary>When what was let through in a slice counts no more.</summary>
    public DateTimeOffset EndOf(long slice) => new((slice + Slices + 1) * SliceTicks, TimeSpan.Zero);

    /// <summary>Names a caller's count in the database, without naming the caller.</summary>
    public Guid CounterOf(string caller) => new(SHA256.HashData(Encoding.UTF8.GetBytes($"{Name}\n{caller}")).AsSpan(0, 16), bigEndian: true);
}

/// <summary>What came of asking a limit.</summary>
/// <param name="Allowed">Whether the request may go on.</param>
/// <param name="Remaining">How many more would be let through now, as far as this instance knows.</param>
/// <param name="Wait">Until the count gets smaller; of a refusal, until it is worth asking again.</param>
internal readonly record struct RateAnswer(RateLimit Limit, bool Allowed, int Remaining, TimeSpan Wait);
