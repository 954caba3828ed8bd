using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.JavaScript;

namespace Aspire.Hosting;

public static class JavaScriptHostingExtensions
{
    /// <summary>Runs <c>npm run dev</c>, or another script, on a port of its own; packages are to be installed already.</summary>
    /// <param name="appDirectory">Relative to the host's project.</param>
    public static IResourceBuilder<ViteAppResource> AddViteApp(
        this IDistributedApplicationBuilder builder, string name, string appDirectory, string runScriptName = "dev")
    {
        var app = builder.AddResource(new ViteAppResource(name, "npm", Path.GetFullPath(appDirectory, builder.AppHostDirectory)))
            .WithHttpEndpoint(env: "PORT");
        return app.WithArgs("run", runScriptName);
    }
}
