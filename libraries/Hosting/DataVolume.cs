using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

internal static class DataVolume
{
    public static IResourceBuilder<T> Add<T>(IResourceBuilder<T> builder, string? name, bool isReadOnly) where T : IResource
    {
        if (isReadOnly)
            throw new DistributedApplicationException($"The data of {builder.Resource.Name} cannot be read-only: its server runs as a local process.");

        builder.Resource.Annotations.Add(new DataVolumeAnnotation(name ?? $"{builder.Resource.Name}-data"));
        return builder;
    }
}
