using AlgoStack.Contracts.MarketData;
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
using AlgoStack.ServiceDefaults.Tokens;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace AlgoStack.Ingestion;

/// <summary>What the service is made of.</summary>
internal static class IngestionService
{
    public static WebApplicationBuilder AddIngestion(this WebApplicationBuilder builder)
    {
        builder.AddServiceDefaults();
        builder.AddTokenCheck();
        builder.AddPostgres("algostack", "ingestion", typeof(IngestionService).Assembly);
        builder.AddIdempotency();
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
        var routes = app.MapGroup("").WithIdempotency();
        routes.MapPost("/replays", StartReplayEndpoint.HandleAsync);
        routes.MapPost("/imports", StartImportEndpoint.HandleAsync);
        routes.MapPost("/feeds", StartFeedEndpoint.HandleAsync).ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        routes.MapDelete("/feeds/{provider}", StartFeedEndpoint.StopAsync).ProducesProblem(StatusCodes.Status404NotFound);
        routes.MapGet("/sessions", GetSessions.ListAsync);
        routes.MapGet("/sessions/{id}", GetSessions.GetAsync).ProducesProblem(StatusCodes.Status404NotFound);
        routes.MapGet("/sessions/{id}/batches", GetSessions.HeadsAsync).ProducesProblem(StatusCodes.Status404NotFound);
        routes.MapGet("/sessions/{id}/batches/{sequence:long}", GetSessions.BatchAsync)
            .ProducesProblem(StatusCodes.Status404NotFound);
        routes.MapGet("/sessions/{id}/bars", GetSessions.BarsAsync)
            .Produces<string>(StatusCodes.Status200OK, BarColumns.MediaType)
            .ProducesProblem(StatusCodes.Status404NotFound);
        routes.MapGet("/instruments", GetInstruments.HandleAsync);
        routes.MapGet("/instruments/timeframes", GetTimeframes.HandleAsync).ProducesProblem(StatusCodes.Status404NotFound);
        routes.MapGet("/history", GetHistory.BarsAsync)
            .Produces<BarColumns>(StatusCodes.Status200OK, "application/json", BarColumns.MediaType)
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound);
        routes.MapGet("/history/{kind}", GetHistory.KindAsync)
            .Produces<TapeBlock>(StatusCodes.Status200OK, "application/json", TapeBlock.MediaType)
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound);
        routes.MapGet("/gaps", GetGaps.HandleAsync)
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound);
        routes.MapGet("/archives", Archives.ListAsync);
        routes.MapPost("/archives", Archives.RunAsync).RequireScope(TokenScopes.Admin);
        routes.MapPost("/archives/{name}/restore", Archives.RestoreAsync).RequireScope(TokenScopes.Admin).ProducesProblem(StatusCodes.Status404NotFound);
        return app;
    }

    // One object that others call and that runs.
    private static IServiceCollection AddHosted<T>(this IServiceCollection services)
        where T : class, IHostedService =>
        services.AddSingleton<T>().AddHostedService(provider => provider.GetRequiredService<T>());
}
