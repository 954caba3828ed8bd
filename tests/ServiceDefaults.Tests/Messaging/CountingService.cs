using System.Text;
using AlgoStack.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace AlgoStack.ServiceDefaults.Tests.Messaging;

/// <summary>A service that consumes <see cref="Counted"/> from a broker that is killed.</summary>
internal static class CountingService
{
    /// <summary>Returns once its queue outlives the broker.</summary>
    public static async Task<TestService> StartAsync(PrivateServer broker, Seen seen)
    {
        var service = await TestService.StartOnBusAsync(
            broker.ConnectionString, bus => bus.AddOrderedConsumer<TakeCounted, Counted>(), builder => builder.Services.AddSingleton(seen));
        await Eventually.True(() => Outlives("test-service.take-counted.0", broker));
        return service;
    }

    // RabbitMQ 3.10 writes the names of quorum queues to disk only after half a second without a new one. A queue whose name
    // is not there when the broker is killed comes back as one that answers nobody.
    private static bool Outlives(string queue, PrivateServer broker) => Directory
        .EnumerateFiles(Path.Combine(broker.Folder, "mnesia"), "names.dets", SearchOption.AllDirectories)
        .Any(names =>
        {
            using var file = new FileStream(names, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(file, Encoding.Latin1);
            return reader.ReadToEnd().Contains(queue, StringComparison.Ordinal);
        });
}
