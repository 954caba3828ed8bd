using AlgoStack.ServiceDefaults.Idempotency;
using AlgoStack.ServiceDefaults.Tokens;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Infrastructure;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.OpenApi;

namespace AlgoStack.ServiceDefaults.OpenApi;

/// <summary>
/// What a service says of its endpoints: OpenAPI 3.1 at <c>/openapi/v1.json</c>. What an endpoint demands of who asks stands as the roles
/// of its security requirement: scopes, and <c>person</c> where a program is not let in.
/// </summary>
internal static class ServiceDocument
{
    /// <summary>Demanded beside scopes: a session of somebody who signed in.</summary>
    private const string Person = "person";

    public static void AddServiceDocument(this IHostApplicationBuilder builder) => builder.Services.AddOpenApi(options =>
    {
        options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo { Title = builder.Environment.ApplicationName, Version = ServiceVersion.Current };
            // Where it was asked for is not where it is: callers come through the gateway.
            document.Servers = [];
            document.AddComponent<IOpenApiSecurityScheme>(TokenCheck.Scheme, new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                BearerFormat = "JWT",
                Description = "An access token; the roles of a requirement are the scopes that it must have.",
            });
            return Task.CompletedTask;
        });
        options.AddOperationTransformer(DescribeKey);
        options.AddOperationTransformer(DescribeDemand);
        options.AddSchemaTransformer(DescribeValue);
    });

    private static Task DescribeKey(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        if (!context.Description.ActionDescriptor.EndpointMetadata.OfType<IdempotentMetadata>().Any()) return Task.CompletedTask;

        operation.Parameters ??= [];
        operation.Parameters.Add(new OpenApiParameter
        {
            Name = IdempotencyKey.Header,
            In = ParameterLocation.Header,
            Description = "Names the request, so that it may be sent again within 24 hours without being done again.",
            Schema = new OpenApiSchema { Type = JsonSchemaType.String, MinLength = 1, MaxLength = IdempotencyKey.MostCharacters, Pattern = "^[!-~]+$" },
        });
        return Task.CompletedTask;
    }

    private static async Task DescribeDemand(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        // Who has not called AddTokenCheck lets everybody in.
        if (context.ApplicationServices.GetService<IAuthorizationPolicyProvider>() is not { } policies) return;

        operation.Security = [];
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        if (metadata.OfType<IAllowAnonymous>().Any()) return;

        var policy = await AuthorizationPolicy.CombineAsync(policies, metadata.OfType<IAuthorizeData>(), metadata.OfType<AuthorizationPolicy>())
            ?? await policies.GetFallbackPolicyAsync();
        if (policy is null) return;

        var demanded = policy.Requirements.SelectMany(requirement => Demanded(requirement, context.Description.HttpMethod ?? "")).Distinct(StringComparer.Ordinal);
        operation.Security.Add(new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(TokenCheck.Scheme, context.Document)] = [.. demanded] });
    }

    private static IEnumerable<string> Demanded(IAuthorizationRequirement requirement, string method) => requirement switch
    {
        DemandedScope => [DemandedScope.Of(method)],
        ClaimsAuthorizationRequirement { ClaimType: TokenClaims.Scope, AllowedValues: { } scopes } => scopes,
        ClaimsAuthorizationRequirement { ClaimType: TokenClaims.Session } => [Person],
        _ => [],
    };

    private static Task DescribeValue(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        // Numbers are read from text as well, and never written as text.
        if (schema.Type is { } type && (type.HasFlag(JsonSchemaType.Integer) || type.HasFlag(JsonSchemaType.Number)))
        {
            schema.Type = type & ~JsonSchemaType.String;
            schema.Pattern = null;
        }

        if (context.JsonTypeInfo.Type == typeof(ProblemDetails))
        {
            schema.Properties ??= new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal);
            schema.Properties["code"] = new OpenApiSchema { Type = JsonSchemaType.String, Description = "In snake_case, and stable for ever." };
            schema.Properties["traceId"] = new OpenApiSchema { Type = JsonSchemaType.String };
            schema.Properties["retryable"] = new OpenApiSchema { Type = JsonSchemaType.Boolean, Description = "Whether the same request may succeed later." };
        }

        return Task.CompletedTask;
    }
}
