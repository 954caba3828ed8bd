using AlgoStack.ServiceDefaults.Configuration;
using AlgoStack.ServiceDefaults.Tokens;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AlgoStack.ServiceDefaults;

/// <summary>Access tokens, which every service checks itself.</summary>
public static class TokenCheck
{
    /// <summary>The name of the scheme.</summary>
    public const string Scheme = "token";

    private const string KeySet = "/.well-known/jwks.json";
    private const int LargestKeySet = 64 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Knows who asks by the access token in <c>Authorization</c>. Whom to believe is <c>Tokens:Authority</c>, an address with
    /// <c>/.well-known/jwks.json</c> below it (by default the gateway's, <c>services:gateway:http:0</c>), <c>Tokens:Issuer</c> and
    /// <c>Tokens:Audience</c> (by default <c>algostack</c>). Other services come with the <c>Tokens:ServiceKey</c> that all have.
    /// Every endpoint demands a scope: <c>read</c> of who looks and <c>trade</c> of who changes anything, another with
    /// <see cref="RequireScope"/>, none with <c>AllowAnonymous</c>. A refusal is 401 with a <c>code</c> that begins with
    /// <c>token_</c>, 403 <c>scope_missing</c>, or 503 <c>token_keys_unavailable</c> while no key could be had.
    /// </summary>
    /// <exception cref="InvalidConfigurationException">The authority is no address, or there is no key of services.</exception>
    public static TBuilder AddTokenCheck<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        var keySet = new Uri(ReadAuthority(builder.Configuration), KeySet);
        builder.Services
            .AddHttpClient(Scheme, client => (client.Timeout, client.MaxResponseContentBufferSize) = (Patience, LargestKeySet))
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { AllowAutoRedirect = false });
        builder.Services.AddSingleton(services => new TokenKeys(
            async token =>
            {
                using var http = services.GetRequiredService<IHttpClientFactory>().CreateClient(Scheme);
                return await http.GetStringAsync(keySet, token);
            },
            services.GetRequiredService<TimeProvider>(),
            services.GetRequiredService<ILogger<TokenKeys>>()));
        return builder.AddTokenCheck(_ => { });
    }

    /// <summary>The same for who has registered <see cref="TokenKeys"/> of its own.</summary>
    public static TBuilder AddTokenCheck<TBuilder>(this TBuilder builder, Action<TokenCheckOptions> configure)
        where TBuilder : IHostApplicationBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);
        var tokens = builder.Configuration.GetSection("Tokens");
        // The core alone: the rest brings keys of its own for cookies that nobody here uses.
        builder.Services.AddAuthenticationCore(options => options.DefaultScheme = Scheme);
        builder.Services.AddWebEncoders();
        new AuthenticationBuilder(builder.Services).AddScheme<TokenCheckOptions, TokenHandler>(Scheme, options =>
        {
            options.Issuer = tokens["Issuer"] ?? options.Issuer;
            options.Audience = tokens["Audience"] ?? options.Audience;
            configure(options);
        });
        builder.AddServiceKey();
        builder.Services.AddSingleton<IAuthorizationHandler, DemandedScope>();
        builder.Services.AddAuthorization(options => options.FallbackPolicy = new AuthorizationPolicy([new DemandedScope()], []));
        return builder;
    }

    /// <summary>The key that the services of this installation know each other by, for who asks others.</summary>
    /// <exception cref="InvalidConfigurationException">There is none.</exception>
    internal static void AddServiceKey(this IHostApplicationBuilder builder)
    {
        var key = ServiceKey.Read(builder.Configuration);
        builder.Services.TryAddSingleton(key);
    }

    /// <summary>Lets nobody in whose token has not this scope, one of <see cref="TokenScopes"/>.</summary>
    public static TBuilder RequireScope<TBuilder>(this TBuilder endpoints, string scope)
        where TBuilder : IEndpointConventionBuilder =>
        endpoints.RequireAuthorization(policy => policy.RequireClaim(TokenClaims.Scope, scope));

    /// <summary>The same of those among several that change something.</summary>
    public static TBuilder RequireScopeToChange<TBuilder>(this TBuilder endpoints, string scope)
        where TBuilder : IEndpointConventionBuilder
    {
        var policy = new AuthorizationPolicyBuilder().RequireClaim(TokenClaims.Scope, scope).Build();
        endpoints.Add(endpoint =>
        {
            if (endpoint.Metadata.OfType<IHttpMethodMetadata>().All(m => m.HttpMethods.All(method => DemandedScope.Of(method) == TokenScopes.Read))) return;

            endpoint.Metadata.Add(policy);
            endpoint.Metadata.Add(new AuthorizeAttribute());
        });
        return endpoints;
    }

    private static Uri ReadAuthority(IConfiguration configuration)
    {
        const string own = "Tokens:Authority";
        var key = configuration[own] is { Length: > 0 } ? own : "services:gateway:http:0";
        var value = InvalidConfigurationException.Require(configuration, key, "the address of who issues tokens, such as http://localhost:5080");
        return Uri.TryCreate(value, UriKind.Absolute, out var authority) && authority.Scheme is "http" or "https"
            ? authority
            : throw new InvalidConfigurationException(key, $"is \"{value}\": expected an address such as http://localhost:5080.");
    }
}
