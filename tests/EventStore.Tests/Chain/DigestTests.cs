using System.Text;
using AlgoStack.Testing;
using FluentAssertions;
using Xunit;

namespace AlgoStack.EventStore.Tests.Chain;

/// <summary>The server seals what it has, the verifier hashes what it reads: for whatever values, both come to the same.</summary>
public sealed class DigestTests(ServerFixture servers) : IClassFixture<ServerFixture>
{
    private const int RandomEvents = 2_000;
    private const int Seed = 20_261_122;

    private static readonly string[] Texts =
    [
        "", " ", "'", "\"", "\\", "\\x41", "{}", "\u0001\u001f\u007f", "\r\n\t", "é", "e\u0301", "\uFEFFbom", "שלום", "注文", "👩‍👩‍👧‍👦", "\U0010FFFF",
        "NULL", "\\N", "$1", "; drop table seals; --", "%s%n", new('x', 2_000),
    ];

    private static readonly string[] Jsons =
    [
        "null", "true", "\"\"", "0", "-0", "-0.0", "0.10", "1e400", "-1E-400", "12345678901234567890.123456789012345678901234567890",
        "[]", "{}", "[[],{},[{}]]", "{\"\":\"\"}", "{\"a\":1,\"a\":2}", "\"\\u0001\\ud83d\\ude00\\\\\\\"/\"", "\"👩‍👩‍👧‍👦\"", "\"\\\\u0000\"",
    ];

    private static readonly string[] Times =
    [
        "-infinity", "infinity", "4713-01-01 BC", "294276-12-31 23:59:59.999999Z", "1969-12-31 23:59:59.999999Z",
        "2000-01-01Z", "2026-11-22 04:49:50.000001Z",
    ];

    [Fact]
    public async Task Digests_of_server_and_verifier_are_equal_for_all_values_that_columns_take()
    {
        await using var chain = await ChainStore.StartUnsealedAsync(await servers.CreateSchemaDatabaseAsync(), "digests");
        var deep = string.Concat(Enumerable.Repeat("[", 3_000)) + string.Concat(Enumerable.Repeat("]", 3_000));
        foreach (var json in Jsons.Append(deep).Append($"\"{new string('x', 1_000_000)}\"")) await InsertAsync(chain, data: json, headers: json);
        foreach (var text in Texts) await InsertAsync(chain, text: text);
        foreach (var time in Times) await InsertAsync(chain, time: time);
        foreach (var binary in (byte[][])[[], [0], [.. Enumerable.Range(0, 256).Select(i => (byte)i)], new byte[100_000]]) await InsertAsync(chain, binary: binary);
        await InsertRandomAsync(chain);
        await chain.TamperAsync("insert into mt_streams (id, version) select stream_id, count(*) from mt_events group by stream_id");

        await chain.SealAsync();

        (await chain.MessagesAsync()).Should().BeEmpty();
        (await chain.VerifyAsync()).Report.Unsealed.Should().Be(0);
        await chain.TamperAsync("update mt_events set bdata = coalesce(bdata, '')");
        await chain.TamperAsync("update mt_events set bdata = null where bdata = '\\x00'");
        var changed = await chain.Store.ScalarAsync<long>("select count(*) from mt_events where bdata is null or bdata = ''");
        (await chain.VerifyAsync()).Findings.Should().HaveCount((int)changed - 1, "an empty value is not a missing one; that of one event was empty before");
    }

    [Theory]
    [InlineData("tenant_id")]
    [InlineData("mt_dotnet_type")]
    [InlineData("correlation_id")]
    [InlineData("causation_id")]
    [InlineData("user_name")]
    public async Task An_empty_text_is_not_a_missing_one(string column)
    {
        await using var chain = await ChainStore.StartUnsealedAsync(await servers.CreateSchemaDatabaseAsync(), "empty");
        await chain.FillAsync(2);
        await chain.TamperAsync($"update mt_events set {column} = nullif('', repeat('x', seq_id::int - 1))");
        await chain.SealAsync();
        (await chain.MessagesAsync()).Should().BeEmpty();

        await chain.TamperAsync($"update mt_events set {column} = case when {column} is null then '' end");

        (await chain.MessagesAsync()).Should().HaveCount(2);
    }

    private static Task<int> InsertAsync(
        ChainStore chain, string text = "a", string data = "1", string? headers = null, string time = "2026-01-01Z", byte[]? binary = null) =>
        chain.TamperAsync(
            """
            insert into mt_events (
                seq_id, id, stream_id, version, data, bdata, type, timestamp, tenant_id, mt_dotnet_type, correlation_id, causation_id, headers, user_name)
            select n, gen_random_uuid(), $1, n, $2::jsonb, $3, left($1, 500), $4::timestamptz, $1, $1, $1, null, $5::jsonb, $1
            from (select nextval('mt_events_sequence') as n) as number
            """,
            text, data, (object?)binary ?? DBNull.Value, time, (object?)headers ?? DBNull.Value);

    private static async Task InsertRandomAsync(ChainStore chain)
    {
        var random = new Random(Seed);
        var texts = Enumerable.Range(0, RandomEvents).Select(_ => RandomText(random)).ToArray();
        await chain.TamperAsync(
            """
            insert into mt_events (
                seq_id, id, stream_id, version, data, type, timestamp, tenant_id, mt_dotnet_type, correlation_id, causation_id, headers, user_name)
            select n, gen_random_uuid(), a, n, jsonb_build_object(a, b, b, n / 7.0), left(b, 500), timestamptz 'epoch' + n * interval '1.000001 hours',
                a, b, nullif(b, a), a, jsonb_build_array(a, array[b, null]), b
            from (select nextval('mt_events_sequence') as n, a, b from unnest($1, $2) as given (a, b)) as numbered
            """,
            texts,
            texts.Reverse().ToArray());
    }

    /// <summary>Any Unicode but NUL, which PostgreSQL's text cannot hold.</summary>
    private static string RandomText(Random random)
    {
        var text = new StringBuilder();
        for (var length = random.Next(40); text.Length < length;)
        {
            var rune = random.Next(1, random.Next(2) == 0 ? 0x80 : 0x110000);
            if (Rune.IsValid(rune)) text.Append(new Rune(rune).ToString());
        }

        return text.ToString();
    }
}
