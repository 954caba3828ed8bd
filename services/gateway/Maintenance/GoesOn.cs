using AlgoStack.Gateway.Forwarding;

namespace AlgoStack.Gateway.Maintenance;

/// <summary>
/// What is done during maintenance though it changes something. Of the gateway's own endpoints: being signed in, and shutting somebody
/// out. Of what is passed on: whatever stops trading, takes back orders or closes positions.
/// </summary>
internal sealed class GoesOn
{
    public static readonly GoesOn Always = new();

    private GoesOn()
    {
    }

    public static bool Is(HttpContext context)
    {
        var endpoint = context.GetEndpoint();
        if (endpoint?.Metadata.GetMetadata<GoesOn>() is not null) return true;

        return endpoint?.Metadata.GetMetadata<Forwarding.Route>() is { Service: Routes.BrokerRouting } route
            && IsSafer(context.Request.Method, route.PathOf(context.Request.Path).Value!.TrimEnd('/').ToLowerInvariant().Split('/'));
    }

    private static bool IsSafer(string method, string[] path) => path switch
    {
        ["", "halt" or "reduce"] => HttpMethods.IsPost(method),
        ["", "accounts", _, "cancel-all" or "close-all"] => HttpMethods.IsPost(method),
        ["", "orders" or "executions", _] => HttpMethods.IsDelete(method),
        _ => false,
    };
}
