using AlgoStack.EventStore.Chain;
using AlgoStack.EventStore.Retention;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace AlgoStack.EventStore.Inspection;

public static class EventStoreEndpoints
{
    /// <summary>What is in the store, and who follows it, under <c>/store</c>: to look at, and to pause, resume and rebuild.</summary>
    public static void MapEventStore(this IEndpointRouteBuilder routes)
    {
        var store = routes.MapGroup("/store");
        ListEvents.Map(store);
        FollowEvents.Map(store);
        ControlProjections.Map(store);
        ChainEndpoints.Map(store);
        ArchiveEndpoints.Map(store);
    }
}
