using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using AlgoStack.EventStore.Projections;
using AlgoStack.EventStore.Retention;
using AlgoStack.EventStore.Streams;
using AlgoStack.EventStore.Subscriptions;
using AlgoStack.Postgres;
using AlgoStack.Postgres.Archives;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace AlgoStack.EventStore;

/// <summary>What a store holds and who follows it.</summary>
public sealed class EventStoreOptions
{
    // As wide as the column.
    private const int MostNameCharacters = 500;

    internal Dictionary<string, Type> Events { get; } = new(StringComparer.Ordinal);

    internal List<Upcaster> Upcasters { get; } = [];

    internal AggregateFolds Folds { get; } = new();

    internal List<Type> InlineProjections { get; } = [];

    internal List<Type> AsyncProjections { get; } = [];

    internal List<Type> LiveProjections { get; } = [];

    internal List<Type> Subscriptions { get; } = [];

    /// <summary>What streams are identified by. A store is opened only as what it was made.</summary>
    public StreamIdentity StreamIdentity { get; set; }

    /// <summary>
    /// How events are written: names as declared and enums as numbers, as Marten does; NaN and infinities by name.
    /// Generated metadata goes in front of <c>TypeInfoResolverChain</c>, converters of the domain's own values into
    /// <c>Converters</c>.
    /// </summary>
    public JsonSerializerOptions Json { get; } = new()
    {
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
        // jsonb keeps no order, so the type of a polymorphic value may come last.
        AllowOutOfOrderMetadataProperties = true,
    };

    /// <summary>
    /// How long a session may be held up by others of its process whose transaction it shares: while it waits for a place,
    /// and again for a stream that somebody holds. After that it is saved by itself. Zero: none shares.
    /// </summary>
    public TimeSpan MostCoalescingDelay { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Registers an event under the snake_case name it is stored by for ever.</summary>
    /// <exception cref="ArgumentException">The name is taken or over 500 characters, or the type has one.</exception>
    public void Event<T>(string name)
        where T : class
    {
        CheckFree(name, typeof(T));
        if (Events.FirstOrDefault(e => e.Value == typeof(T)).Key is { } other)
        {
            throw new ArgumentException($"Event type {typeof(T).Name} has the name '{other}'; '{name}' would be its second.", nameof(name));
        }

        Events.Add(name, typeof(T));
    }

    /// <summary>
    /// Registers what was stored under <paramref name="name"/> in the shape of <typeparamref name="TOld"/> and is stored so
    /// no more. Read, it becomes a <typeparamref name="TNew"/>: an event, or the old shape of the next upcast. The second
    /// version of an event is stored as <c>name_v2</c>, the third as <c>name_v3</c>.
    /// </summary>
    /// <exception cref="ArgumentException">The name is taken or over 500 characters.</exception>
    public void Upcast<TOld, TNew>(string name, Func<TOld, TNew> upcast)
        where TOld : class
        where TNew : class
    {
        CheckFree(name, typeof(TOld));
        Upcasters.Add(new Upcaster(name, typeof(TOld), typeof(TNew), (old, _) => upcast((TOld)old)));
    }

    /// <summary>As <see cref="Upcast{TOld,TNew}"/>, from JSON to JSON: no class of the old shape need be kept.</summary>
    /// <exception cref="ArgumentException">The name is taken or over 500 characters.</exception>
    public void Upcast<TNew>(string name, Func<JsonObject, JsonObject> upcast)
        where TNew : class
    {
        CheckFree(name, typeof(TNew));
        Upcasters.Add(new Upcaster(
            name, typeof(JsonObject), typeof(TNew), (old, json) => upcast((JsonObject)old).Deserialize(json.GetTypeInfo(typeof(TNew)))));
    }

    /// <summary>Registers how an aggregate, an immutable value, comes of its events.</summary>
    public void Aggregate<T>(T seed, Func<T, object, T> apply)
        where T : class => Folds.Add(() => seed, apply);

    /// <summary>Registers how an aggregate that changes in place comes of its events.</summary>
    public void Aggregate<T>(Func<T> create, Action<T, object> apply)
        where T : class => Folds.Add(create, (state, e) =>
        {
            apply(state, e);
            return state;
        });

    /// <summary>A projection written in the transaction of every append; not a <see cref="MultiStreamProjection{T, TId}"/>.</summary>
    public void Inline<T>()
        where T : Projection => InlineProjections.Add(typeof(T));

    /// <summary>A projection that follows the log.</summary>
    public void Async<T>()
        where T : Projection => AsyncProjections.Add(typeof(T));

    /// <summary>A <see cref="SingleStreamProjection{T}"/> that is written nowhere: <see cref="EventSession.AggregateStreamAsync{T}"/> folds it.</summary>
    public void Live<T>()
        where T : Projection => LiveProjections.Add(typeof(T));

    public void Subscribe<T>()
        where T : Subscription => Subscriptions.Add(typeof(T));

    private void CheckFree(string name, Type type)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (name.Length > MostNameCharacters)
        {
            throw new ArgumentException($"Event name '{name[..40]}…' of {type.Name} has {name.Length} characters; expected up to {MostNameCharacters}.", nameof(name));
        }

        var taken = Events.GetValueOrDefault(name) ?? Upcasters.Find(u => u.Name == name)?.From;
        if (taken is not null)
        {
            throw new ArgumentException($"Event name '{name}' is taken by {taken.Name}; {type.Name} needs one of its own.", nameof(name));
        }
    }
}

public static class EventStoreRegistration
{
    /// <summary>
    /// Registers PostgreSQL (see <see cref="PostgresRegistration.AddPostgres"/>) and a store in <paramref name="schema"/>:
    /// <see cref="EventLog"/> opens sessions, an <see cref="EventSession"/> is a scope's own, <see cref="EventDaemon"/> runs
    /// what follows the log.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void AddEventStore(this IHostApplicationBuilder builder, string connectionName, string schema, Action<EventStoreOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var options = new EventStoreOptions();
        configure(options);

        builder.AddPostgres(
            connectionName,
            schema,
            Assembly.GetCallingAssembly(),
            new MigrationSource("event_store", typeof(EventLog).Assembly, "Schema", options.StreamIdentity.Form()));
        Type[] projections = [.. options.InlineProjections, .. options.AsyncProjections, .. options.LiveProjections];
        foreach (var type in projections.Concat(options.Subscriptions)) builder.Services.AddSingleton(type);

        builder.Services.AddSingleton(services =>
        {
            var log = new EventLog(
                services.GetRequiredService<NpgsqlDataSource>(),
                services.GetRequiredService<ServiceDatabase>(),
                new EventTypes(options),
                options.StreamIdentity,
                options.Folds,
                [.. options.InlineProjections.Select(t => (Projection)services.GetRequiredService(t))],
                options.MostCoalescingDelay,
                services.GetRequiredService<TimeProvider>());
            foreach (var type in projections) ((Projection)services.GetRequiredService(type)).Join(log);
            return log;
        });
        builder.Services.AddScoped(services => services.GetRequiredService<EventLog>().OpenSession());
        // Before whoever answers all that is left.
        builder.Services.Insert(0, ServiceDescriptor.Singleton<IExceptionHandler, UnstorableAnswer>());
        builder.Services.AddSingleton(services => ActivatorUtilities.CreateInstance<EventDaemon>(
            services,
            options.AsyncProjections.Select(t => (Projection)services.GetRequiredService(t)),
            options.Subscriptions.Select(t => (Subscription)services.GetRequiredService(t))));
        builder.Services.AddHostedService(services => services.GetRequiredService<EventDaemon>());
        builder.Services.AddSingleton(services => new EventArchiver(
            services.GetRequiredService<EventLog>(),
            services.GetRequiredService<ArchiveFolder>(),
            builder.Configuration.GetSection("EventRetention").Get<EventRetentionOptions>() ?? new EventRetentionOptions(),
            options.AsyncProjections.Concat(options.Subscriptions).Select(t => ((LogFollower)services.GetRequiredService(t)).ShardName),
            services.GetRequiredService<ILogger<EventArchiver>>()));
        builder.Services.AddHostedService<EventRetention>();
        builder.Services.AddHealthChecks().Add(new HealthCheckRegistration(
            "projections", services => services.GetRequiredService<EventDaemon>(), HealthStatus.Unhealthy, ["ready"]));
    }
}
