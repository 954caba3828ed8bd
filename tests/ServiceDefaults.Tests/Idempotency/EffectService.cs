using AlgoStack.Postgres;
using AlgoStack.ServiceDefaults.Idempotency;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace AlgoStack.ServiceDefaults.Tests.Idempotency;

/// <summary>A service with one effect, <c>POST /effects</c>: a row whose id is made from the key, else one of its own.</summary>
public static class EffectService
{
    public static void Add(IHostApplicationBuilder builder)
    {
        builder.AddPostgres("algostack", "effects", typeof(EffectService).Assembly);
        builder.AddIdempotency();
    }

    /// <param name="afterwards">Awaited between the effect and the answer.</param>
    public static void Map(WebApplication app, Func<Task> afterwards) => app.MapPost(
        "/effects",
        async (IdempotencyKey? key, NpgsqlDataSource database, CancellationToken cancellationToken) =>
        {
            var id = key?.Id ?? Guid.CreateVersion7();
            await using var command = database.CreateCommand("insert into effects (id) values ($1) on conflict do nothing");
            command.Parameters.Add(new() { Value = id });
            await command.ExecuteNonQueryAsync(cancellationToken);
            await afterwards();
            return TypedResults.Created($"/effects/{id}", new Effect(id));
        }).WithIdempotency();

    public sealed record Effect(Guid Id);
}
