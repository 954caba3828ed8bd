using System.Diagnostics;
using System.Globalization;
using AlgoStack.Testing;
using FluentAssertions;
using Xunit;
using Xunit.Abstractions;

namespace AlgoStack.EventStore.Tests.Chain;

/// <summary>Catching up with a log that was not sealed: figures are printed, correctness is asserted.</summary>
public sealed class ChainSpeedTests(ServerFixture servers, ITestOutputHelper output) : IClassFixture<ServerFixture>
{
    private static readonly int Events = Environment.GetEnvironmentVariable("ALGOSTACK_TEST_ALL") == "1" ? 500_000 : 30_000;

    [Fact]
    public async Task A_log_of_any_length_is_sealed_and_verified_page_by_page()
    {
        await using var chain = await ChainStore.StartAsync(await servers.CreateSchemaDatabaseAsync(), "speed");
        await using var held = chain.Store.Log.Database.CreateConnection();
        await held.OpenAsync();
        await using (var hold = new Npgsql.NpgsqlCommand($"select pg_advisory_lock({chain.Store.Log.ChainLock})", held)) await hold.ExecuteNonQueryAsync();
        await chain.FillAsync(Events);
        await held.CloseAsync();

        var sealing = Stopwatch.StartNew();
        await chain.SealAsync();
        sealing.Stop();
        var verifying = Stopwatch.StartNew();
        var (findings, report) = await chain.VerifyAsync();
        verifying.Stop();

        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{Events:N0} events: sealed {Events / sealing.Elapsed.TotalSeconds:N0} events/s, verified {Events / verifying.Elapsed.TotalSeconds:N0} events/s"));
        findings.Should().BeEmpty();
        report.Should().BeEquivalentTo(new { Events = (long)Events, Unsealed = 0L });
    }
}
