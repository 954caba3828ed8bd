using AlgoStack.EventStore.Streams;
using AlgoStack.Testing;
using FluentAssertions;
using Xunit;

namespace AlgoStack.EventStore.Tests.Streams;

public sealed class StringLayoutTests(ServerFixture servers) : LayoutTests(servers, StreamIdentity.AsString, "character varying");

public sealed class GuidLayoutTests(ServerFixture servers) : LayoutTests(servers, StreamIdentity.AsGuid, "uuid");

/// <summary>The catalogue of a store beside what Marten 9 creates with all metadata columns.</summary>
public abstract class LayoutTests(ServerFixture servers, StreamIdentity identity, string idType) : IClassFixture<ServerFixture>, IAsyncLifetime
{
    private TestStore _store = null!;

    public async Task InitializeAsync() =>
        _store = await TestStore.StartAsync(await servers.CreateSchemaDatabaseAsync(), "layout", o => o.StreamIdentity = identity);

    public async Task DisposeAsync() => await _store.DisposeAsync();

    [Theory]
    [InlineData(
        "mt_streams",
        "id <id> NO",
        "type character varying YES",
        "version bigint YES",
        "timestamp timestamp with time zone NO now()",
        "created timestamp with time zone NO now()",
        "tenant_id character varying YES '*DEFAULT*'::character varying",
        "is_archived boolean YES false")]
    [InlineData(
        "mt_events",
        "seq_id bigint NO",
        "id uuid NO",
        "stream_id <id> YES",
        "version bigint NO",
        "data jsonb NO",
        "bdata bytea YES",
        "type character varying(500) NO",
        "timestamp timestamp with time zone NO",
        "tenant_id character varying YES '*DEFAULT*'::character varying",
        "mt_dotnet_type character varying YES",
        "is_archived boolean YES false",
        "correlation_id character varying YES",
        "causation_id character varying YES",
        "headers jsonb YES",
        "user_name character varying YES")]
    [InlineData(
        "mt_event_progression",
        "name character varying NO",
        "last_seq_id bigint YES",
        "last_updated timestamp with time zone YES transaction_timestamp()")]
    public async Task Columns_are_Martens(string table, params string[] columns)
    {
        var found = await _store.RowsAsync(
            $"""
            select concat(
                column_name, ' ', data_type, '(' || character_maximum_length || ')', ' ', is_nullable, ' ' || column_default)
            from information_schema.columns
            where table_schema = 'layout' and table_name = '{table}'
            """);

        found.Should().BeEquivalentTo(columns.Select(c => c.Replace("<id>", idType, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Keys_indexes_and_the_sequence_are_Martens()
    {
        (await _store.RowsAsync(
            """
            select conname, pg_get_constraintdef(oid) from pg_constraint
            where conrelid in ('mt_streams'::regclass, 'mt_events'::regclass, 'mt_event_progression'::regclass)
            order by conname
            """)).Should().Equal(
            "fkey_mt_events_stream_id|FOREIGN KEY (stream_id) REFERENCES mt_streams(id) ON DELETE CASCADE",
            "pk_mt_event_progression|PRIMARY KEY (name)",
            "pkey_mt_events_seq_id|PRIMARY KEY (seq_id)",
            "pkey_mt_streams_id|PRIMARY KEY (id)");

        (await _store.RowsAsync("select indexdef from pg_indexes where indexname = 'pk_mt_events_stream_and_version'")).Should().Equal(
            "CREATE UNIQUE INDEX pk_mt_events_stream_and_version ON layout.mt_events USING btree (stream_id, version)");
        (await _store.ScalarAsync<string>("select data_type::text from pg_sequences where sequencename = 'mt_events_sequence'")).Should().Be("bigint");
    }

    [Fact]
    public async Task What_is_ours_keeps_out_of_Martens_names()
    {
        (await _store.RowsAsync("select tablename from pg_tables where schemaname = 'layout' and tablename like 'mt\\_%' order by 1"))
            .Should().Equal("mt_event_progression", "mt_events", "mt_streams");
        (await _store.RowsAsync("select proname from pg_proc where pronamespace = 'layout'::regnamespace and proname like 'mt\\_%'")).Should().BeEmpty();
    }
}
