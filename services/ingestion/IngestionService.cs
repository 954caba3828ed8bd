using AlgoStack.Ingestion.Feeds;
using AlgoStack.Ingestion.Imports;
using AlgoStack.Ingestion.Instruments;
using AlgoStack.Ingestion.Providers;
using AlgoStack.Ingestion.Providers.Binance;
using AlgoStack.Ingestion.Providers.Kraken;
using AlgoStack.Ingestion.Retention;
using AlgoStack.Ingestion.Tape;
using AlgoStack.Postgres;
using AlgoStack.ServiceDefaults;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace AlgoStack.Ingestion;

/// <summary>What the service is made of.</summary>
internal static class IngestionService
{
    public static WebApplicationBuilder AddIngestion(this WebApplicationBuilder builder)
    {
        builder.AddServiceDefaults();
        builder.AddPostgres("algostack", "ingestion", typeof(IngestionService).Assembly);
        builder.AddBus();
        builder.Services
            .AddSingleton<InstrumentRegistry>()
            .AddSingleton<SeriesRegistry>()
            .AddSingleton<TapeWriter>()
            .AddSingleton<BulkWriter>()
            .AddSingleton<TapeHistory>()
            .AddSingleton<BatchJournal>()
            .AddSingleton<BatchReader>()
            .AddSingleton<SessionStore>()
            .AddSingleton<DatabaseOutage>()
            .AddSingleton<WarmUpReader>()
            .AddSingleton<SubscriptionStore>()
            .AddSingleton<IVenueProtocol, BinanceProtocol>()
            .AddSingleton<IVenueProtocol, KrakenProtocol>()
            .AddHosted<NoticePublisher>()
            .AddHosted<ReplayRunner>()
            .AddHosted<ImportRunner>()
            .AddHosted<LiveSession>()
            .AddHosted<FeedRunner>()
            .AddSingleton(builder.Configuration.GetSection("Retention").Get<RetentionOptions>() ?? new RetentionOptions())
            .AddSingleton<TapeMonths>()
            .AddSingleton<TapeArchiver>()
            .AddHosted<TapeRetention>()
            .TryAddSingleton<FeedTimings>();
        return builder;
    }

    public static WebApplication MapIngestion(this WebApplication app)
    {
        app.MapDefaultEndpoints();
        app.MapPost("/replays", StartReplayEndpoint.HandleAsync);
        app.MapPost("/imports", StartImportEndpoint.HandleAsync);
        app.MapPost("/feeds", StartFeedEndpoint.HandleAsync);
        app.MapDelete("/feeds/{provider}", StartFeedEndpoint.StopAsync);
        app.MapGet("/sessions", GetSessions.ListAsync);
        app.MapGet("/sessions/{id}", GetSessions.GetAsync);
        app.MapGet("/sessions/{id}/batches", GetSessions.HeadsAsync);
        app.MapGet("/sessions/{id}/batches/{sequence:long}", GetSessions.BatchAsync);
        app.MapGet("/sessions/{id}/bars", GetSessions.BarsAsync);
        app.MapGet("/instruments", GetInstruments.HandleAsync);
        app.MapGet("/history", GetHistory.BarsAsync);
        app.MapGet("/history/{kind}", GetHistory.KindAsync);
        app.MapGet("/gaps", GetGaps.HandleAsync);
        return app;
    }

    // One object that others call and that runs.
    private static IServiceCollection AddHosted<T>(this IServiceCollection services)
        where T : class, IHostedService =>
        services.AddSingleton<T>().AddHostedService(provider => provider.GetRequiredService<T>());
}
