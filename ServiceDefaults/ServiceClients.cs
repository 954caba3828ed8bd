using AlgoStack.ServiceDefaults.Configuration;
using AlgoStack.ServiceDefaults.Http;
using AlgoStack.ServiceDefaults.Tokens;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace AlgoStack.ServiceDefaults;

/// <summary>HTTP to the other services, which are found by name.</summary>
public static class ServiceClients
{
    /// <summary>All attempts of a request and its body together.</summary>
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Registers a typed client, whose HttpClient has the base address <c>http://service/</c>. The address behind the name is
    /// <c>services:service:http:0</c>, and it is asked with <c>Tokens:ServiceKey</c>. Reads (GET, HEAD) are tried 5 times more when the service is away; nothing else ever is.
    /// </summary>
    /// <exception cref="InvalidConfigurationException">The service has no address, or something that is not one, or there is no key.</exception>
    public static IHttpClientBuilder AddServiceClient<TClient>(this IHostApplicationBuilder builder, string service)
        where TClient : class
    {
        ArgumentNullException.ThrowIfNull(builder);
        var addresses = ServiceAddresses.Read(builder.Configuration, service);
        builder.AddServiceKey();
        return builder.Services
            .AddHttpClient<TClient>(client =>
            {
                client.BaseAddress = new Uri($"http://{service}/");
                client.Timeout = RequestTimeout;
            })
            .AsService()
            .AddHttpMessageHandler(services => new RetriedReads(services.GetRequiredService<TimeProvider>()))
            .AddHttpMessageHandler(() => new ServiceDiscovery(addresses));
    }

    /// <summary>Says with <c>Tokens:ServiceKey</c> that a service asks, for clients of another kind.</summary>
    public static IHttpClientBuilder AsService(this IHttpClientBuilder client) =>
        client.AddHttpMessageHandler(services => new AsService(services.GetRequiredService<ServiceKey>()));
}
