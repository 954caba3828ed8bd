using AlgoStack.Postgres;
using AlgoStack.ServiceDefaults.Idempotency;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace AlgoStack.ServiceDefaults;

/// <summary>Requests that may be sent again without being done again.</summary>
public static class IdempotentEndpoints
{
    /// <summary>
    /// Keeps keys and answers in the service's schema for 24 hours, for all of its instances. For a service with a database:
    /// see <see cref="PostgresRegistration.AddPostgres"/>.
    /// </summary>
    public static TBuilder AddIdempotency<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddSingleton(new MigrationSource("idempotency", typeof(IdempotencyKey).Assembly, "Schema"));
        builder.Services.AddSingleton<KeysInFlight>();
        builder.Services.AddSingleton<IdempotencyTable>();
        builder.Services.AddSingleton<IdempotentRequests>();
        builder.Services.AddHostedService<RemoveExpiredKeys>();
        return builder;
    }

    /// <summary>
    /// Lets callers name a request that changes something with <c>Idempotency-Key</c>: the same again is answered with what
    /// the first was answered and <c>Idempotency-Replayed: true</c>; the key with another method, path, query or body 422
    /// <c>idempotency_key_reused</c>; while the first is handled 409 <c>idempotency_in_flight</c> with <c>Retry-After</c>; what
    /// is no key 400 <c>idempotency_key_invalid</c>. Answers of 5xx, 408 and 429, those over 1 MB and exceptions are not
    /// kept: the same again is handled again, and so it is when the process died meanwhile. A handler whose effect must not
    /// come twice takes an <see cref="IdempotencyKey"/>. On endpoints that only read it changes nothing.
    /// </summary>
    public static TBuilder WithIdempotency<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Finally(endpoint =>
        {
            if (endpoint is not { RequestDelegate: { } handler } || !ChangesSomething(endpoint.Metadata)) return;

            endpoint.Metadata.Add(new IdempotentMetadata());
            foreach (var status in (int[])[StatusCodes.Status400BadRequest, StatusCodes.Status409Conflict, StatusCodes.Status422UnprocessableEntity])
                endpoint.Metadata.Add(new ProducesResponseTypeMetadata(status, typeof(ProblemDetails), ["application/problem+json"]));
            endpoint.RequestDelegate = context => context.RequestServices.GetRequiredService<IdempotentRequests>().HandleAsync(context, handler);
        });
        return builder;
    }

    private static bool ChangesSomething(IEnumerable<object> metadata) =>
        metadata.OfType<IHttpMethodMetadata>().LastOrDefault() is { } methods
        && methods.HttpMethods.Any(method => HttpMethods.IsPost(method) || HttpMethods.IsPut(method) || HttpMethods.IsPatch(method) || HttpMethods.IsDelete(method));
}
