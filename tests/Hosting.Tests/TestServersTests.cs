using AlgoStack.Testing;
using FluentAssertions;
using Npgsql;
using Xunit;

namespace Aspire.Hosting.Tests;

public sealed class TestServersTests(ServerFixture servers) : IClassFixture<ServerFixture>
{
    [Fact]
    public async Task Every_database_handed_out_is_new_and_answers()
    {
        var first = await servers.CreateSchemaDatabaseAsync();
        var second = await servers.CreateSchemaDatabaseAsync();

        first.Should().NotBe(second);
        await using var source = NpgsqlDataSource.Create(first);
        await using var command = source.CreateCommand("show fsync");
        (await command.ExecuteScalarAsync()).Should().Be("on");
    }

    [Fact]
    public async Task Every_virtual_host_handed_out_is_new()
    {
        var first = await servers.CreateVirtualHostAsync();
        var second = await servers.CreateVirtualHostAsync();

        first.Should().StartWith("amqp://").And.NotBe(second);
    }
}
