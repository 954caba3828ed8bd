using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using AlgoStack.EventStore.Inspection;
using AlgoStack.EventStore.Streams;
using AlgoStack.EventStore.Subscriptions;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AlgoStack.EventStore.Tests.Inspection;

/// <summary>A running service with a store and its endpoints.</summary>
internal sealed class InspectedStore : IAsyncDisposable
{
    private readonly WebApplication _app;

    private InspectedStore(WebApplication app)
    {
        _app = app;
        Http = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
    }

    public HttpClient Http { get; }

    public EventDaemon Daemon => Service<EventDaemon>();

    public static async Task<InspectedStore> StartAsync(string database, string schema, Action<EventStoreOptions> more)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection([new("ConnectionStrings:algostack", database), new("urls", "http://127.0.0.1:0")]);
        builder.Logging.ClearProviders();
        builder.AddEventStore("algostack", schema, options =>
        {
            TestStore.Register(options);
            more(options);
        });
        var app = builder.Build();
        app.MapEventStore();
        await app.StartAsync(CancellationToken.None);
        return new InspectedStore(app);
    }

    public T Service<T>()
        where T : notnull => _app.Services.GetRequiredService<T>();

    public async Task AppendAsync(string stream, params object[] events)
    {
        var session = Service<EventLog>().OpenSession();
        session.CorrelationId = $"about-{stream}";
        session.Append(stream, events);
        await session.SaveChangesAsync(CancellationToken.None);
    }

    public Task<JsonElement> GetAsync(string path) => Http.GetFromJsonAsync<JsonElement>(path, CancellationToken.None);

    public async Task<(int Status, JsonElement Body)> PostAsync(string path, object? body = null)
    {
        using var content = body is null ? null : JsonContent.Create(body);
        using var response = await Http.PostAsync(new Uri(path, UriKind.Relative), content, CancellationToken.None);
        return ((int)response.StatusCode, await response.Content.ReadFromJsonAsync<JsonElement>(CancellationToken.None));
    }

    public async Task<(int Status, string? Code)> RefusalAsync(string path)
    {
        using var response = await Http.GetAsync(new Uri(path, UriKind.Relative), CancellationToken.None);
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>(CancellationToken.None);
        return ((int)response.StatusCode, problem.GetProperty("code").GetString());
    }

    public async IAsyncEnumerable<SseItem<string>> FollowAsync(string path, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await using var body = await Http.GetStreamAsync(new Uri(path, UriKind.Relative), cancellationToken);
        await foreach (var item in SseParser.Create(body).EnumerateAsync(cancellationToken)) yield return item;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
    }
}
