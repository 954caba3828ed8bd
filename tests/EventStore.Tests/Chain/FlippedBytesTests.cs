using System.Globalization;
using AlgoStack.Testing;
using FluentAssertions;
using Xunit;
using Xunit.Abstractions;

namespace AlgoStack.EventStore.Tests.Chain;

/// <summary>A byte is flipped in each of 10,000 events, in any of the columns; every one is found, and no other is.</summary>
public sealed class FlippedBytesTests(ServerFixture servers, ITestOutputHelper output) : IClassFixture<ServerFixture>
{
    private const int Flips = 10_000;
    private const int Untouched = 2_000;
    private const int Seed = 20_261_122;

    private static readonly (string Column, string Type)[] Columns =
    [
        ("id", "uuid"), ("stream_id", "varchar"), ("version", "bigint"), ("data", "jsonb"), ("bdata", "bytea"), ("type", "varchar"),
        ("timestamp", "timestamptz"), ("tenant_id", "varchar"), ("mt_dotnet_type", "varchar"), ("correlation_id", "varchar"),
        ("causation_id", "varchar"), ("headers", "jsonb"), ("user_name", "varchar"), ("is_archived", "boolean"), ("seq_id", "bigint"),
    ];

    private readonly Random _random = new(Seed);

    [Fact]
    public async Task Every_flipped_byte_is_found_and_named()
    {
        await using var chain = await ChainStore.StartUnsealedAsync(await servers.CreateSchemaDatabaseAsync(), "flipped");
        await chain.FillAsync(Flips + Untouched);
        await chain.SealAsync();
        var sequences = Enumerable.Range(1, Flips + Untouched).Select(n => (long)n).ToArray();
        _random.Shuffle(sequences);
        var victims = sequences[..Flips].GroupBy(_ => _random.Next(Columns.Length)).ToList();

        foreach (var group in victims.OrderBy(g => g.Key)) await FlipAsync(chain, Columns[group.Key], [.. group]);
        var (findings, report) = await chain.VerifyAsync();

        var found = findings.Select(f => f.Sequence!.Value).Distinct().Order().ToList();
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"found {found.Intersect(sequences[..Flips]).Count():N0} of {Flips:N0} flipped bytes in {report.Events:N0} events, seed {Seed}"));
        found.Should().Equal(sequences[..Flips].Order());
    }

    private async Task FlipAsync(ChainStore chain, (string Column, string Type) column, long[] sequences)
    {
        var before = new Dictionary<long, string>();
        foreach (var row in await chain.Store.RowsAsync($"select seq_id, {column.Column}::text from mt_events"))
        {
            var cut = row.IndexOf('|', StringComparison.Ordinal);
            before.Add(long.Parse(row.AsSpan(0, cut), CultureInfo.InvariantCulture), row[(cut + 1)..]);
        }

        var after = Array.ConvertAll(sequences, s => Flip(column, before[s]));
        after.Where((text, i) => text == before[sequences[i]]).Should().BeEmpty();
        (await chain.TamperAsync(
            $"""
            update mt_events e set {column.Column} = given.value::{column.Type} from unnest($1, $2) as given (seq_id, value)
            where e.seq_id = given.seq_id and e.{column.Column} is distinct from given.value::{column.Type}
            """,
            sequences,
            after)).Should().Be(sequences.Length);
    }

    private string Flip((string Column, string Type) column, string text) => column switch
    {
        // High enough that no two rows come to be one.
        (_, "bigint") => (long.Parse(text, CultureInfo.InvariantCulture) ^ (1L << _random.Next(16, 62))).ToString(CultureInfo.InvariantCulture),
        (_, "boolean") => "true",
        (_, "timestamptz") => FlipTime(DateTimeOffset.Parse(text, CultureInfo.InvariantCulture)),
        (_, "bytea") or (_, "uuid") => Replace(text, char.IsAsciiHexDigit, c => c == '7' ? '1' : '7'),
        (_, "jsonb") => Replace(text, char.IsAsciiLetterOrDigit, c => char.IsDigit(c) ? c == '7' ? '1' : '7' : (char)(c ^ 1)),
        ("stream_id", _) => Replace(text, char.IsAsciiLetter, c => (char)(c ^ 1)),
        _ => Replace(text, _ => true, c => (char)(c ^ 1)),
    };

    private string FlipTime(DateTimeOffset time)
    {
        var microseconds = time.Ticks / TimeSpan.TicksPerMicrosecond ^ (1L << _random.Next(40));
        return new DateTimeOffset(microseconds * TimeSpan.TicksPerMicrosecond, TimeSpan.Zero).ToString("O", CultureInfo.InvariantCulture);
    }

    private string Replace(string text, Func<char, bool> which, Func<char, char> flip)
    {
        int at;
        do at = _random.Next(text.StartsWith('\\') ? 2 : 0, text.Length);
        while (!which(text[at]));
        return $"{text[..at]}{flip(text[at])}{text[(at + 1)..]}";
    }
}
