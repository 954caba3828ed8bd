using System.Net;
using System.Text.Json;
using AlgoStack.ServiceDefaults;
using AlgoStack.ServiceDefaults.Clients;
using AlgoStack.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AlgoStack.Gateway.Udf;

/// <summary>A TradingView UDF server under <c>/udf</c>: charts of what ingestion has, with signals and orders as marks.</summary>
internal static class UdfServices
{
    /// <summary>From a question to the last byte of its answer; a chart asks again by itself.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(3);

    public static void AddUdf(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton(SymbolMode.Read(builder.Configuration));
        builder.Services.AddSingleton<SymbolList>();
        builder.Services.AddTransient<FindService>();
        AddClient<TapeClient>(builder, TapeClient.Service);
        AddClient<SignalClient>(builder, SignalClient.Service);
        AddClient<RoutingClient>(builder, RoutingClient.Service);
        builder.Services.AddTransient<ChartReader>();
        builder.Services.AddTransient<QuoteReader>();
        builder.Services.AddTransient<TradeMarks>();
    }

    public static void MapUdf(this IEndpointRouteBuilder app)
    {
        // Where the protocol has a form for what goes wrong, a chart expects it with a status of 200.
        var inBand = app.MapGroup("/udf").AddEndpointFilter(async (context, next) =>
        {
            var answer = await GuardAsync(context, next, e => UdfError.Of(e.Message));
            // What went wrong is no answer to keep, though its status is 200.
            if (answer is Ok<UdfError> || (answer is Ok<UdfQuotes> { Value: { } told } && told.D.Any(q => q.S != "ok"))) context.HttpContext.Response.Headers.CacheControl = "no-store";
            return answer;
        });
        GetSymbol.Map(inBand);
        GetSymbolGroup.Map(inBand);
        SearchSymbols.Map(inBand);
        GetHistory.Map(inBand);
        GetQuotes.Map(inBand);

        var others = app.MapGroup("/udf").AddEndpointFilter((context, next) =>
            GuardAsync(context, next, e => Problem.Unavailable("service_unavailable", e.Message)));
        GetConfig.Map(others);
        GetTime.Map(others);
        GetMarks.Map(others);
        GetTimescaleMarks.Map(others);
    }

    // Nothing is tried twice, as in all that the gateway passes on: who looks at a chart does not wait for a minute.
    public static void AddClient<T>(WebApplicationBuilder builder, string service)
        where T : class => builder.Services
        .AddHttpClient<T>(client =>
        {
            client.BaseAddress = new Uri($"http://{service}/");
            client.Timeout = Patience;
        })
        .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = ConnectTimeout,
            UseCookies = false,
            UseProxy = false,
        })
        .AsService()
        .AddHttpMessageHandler<FindService>();

    private static async ValueTask<object?> GuardAsync(
        EndpointFilterInvocationContext context, EndpointFilterDelegate next, Func<Exception, IResult> away)
    {
        try
        {
            return await next(context);
        }
        catch (Exception e) when (IsOfService(e) && !context.HttpContext.RequestAborted.IsCancellationRequested)
        {
            return away(e);
        }
    }

    private static bool IsOfService(Exception e) =>
        e is HttpRequestException or IOException or InvalidDataException or JsonException or OperationCanceledException;
}
