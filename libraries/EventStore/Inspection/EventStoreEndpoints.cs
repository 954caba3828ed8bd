using AlgoStack.EventStore.Chain;
using AlgoStack.EventStore.Retention;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace AlgoStack.EventStore.Inspection;

public static class EventStoreEndpoints
{
    /// <summary>What is in the store, and who follows it: to look at, and to pause, resume and rebuild.</summary>
    public static void MapEventStore(this IEndpointRouteBuilder routes, string under = "/store")
    {
        var store = routes.MapGroup(under);
        ListEvents.Map(store);
        FollowEvents.Map(store);
        ControlProjections.Map(store);
        ChainEndpoints.Map(store);
        ArchiveEndpoints.Map(store);
    }
}
