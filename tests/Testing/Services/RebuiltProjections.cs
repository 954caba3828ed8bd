using System.Reflection;
using AlgoStack.EventStore.Projections;
using AlgoStack.EventStore.Subscriptions;
using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace AlgoStack.Testing.Services;

/// <summary>Rebuilds a service's projections from the beginning and compares their tables, byte by byte, with what they were.</summary>
public static class RebuiltProjections
{
    private static readonly TimeSpan CatchUp = TimeSpan.FromMinutes(1);

    /// <param name="service">Where the projections are: all of its types that are one.</param>
    /// <param name="services">Of the running service, which must have put something into every table.</param>
    public static async Task ShouldEqualThoseThatLivedAsync(Assembly service, IServiceProvider services)
    {
        ArgumentNullException.ThrowIfNull(service);
        var types = service.GetTypes().Where(t => t.IsSubclassOf(typeof(Projection)) && !t.IsAbstract).ToList();
        types.Should().NotBeEmpty();
        var daemon = services.GetRequiredService<EventDaemon>();
        await daemon.WaitForNonStaleProjectionDataAsync(CatchUp);
        foreach (var projection in types.Select(t => (Projection)services.GetRequiredService(t)))
        {
            var lived = await DumpAsync(projection, services);
            lived.Should().NotContain("", "otherwise a table of {0} is not tried", projection.Name);

            await daemon.RebuildAsync(projection.Name);
            await daemon.WaitForNonStaleProjectionDataAsync(CatchUp);

            (await DumpAsync(projection, services)).Should().Equal(lived, "{0} rebuilt is the one that lived", projection.Name);
        }
    }

    /// <summary>Each table as text, its rows sorted: they have no order of their own.</summary>
    private static async Task<List<string>> DumpAsync(Projection projection, IServiceProvider services)
    {
        await using var connection = await services.GetRequiredService<NpgsqlDataSource>().OpenConnectionAsync();
        var dumps = new List<string>();
        foreach (var table in projection.Tables)
        {
            using var rows = await connection.BeginTextExportAsync($"copy (select t.* from \"{table}\" t order by t::text collate \"C\") to stdout");
            dumps.Add(await rows.ReadToEndAsync());
        }

        return dumps;
    }
}
