using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.JavaScript;

/// <summary>A web page served by Vite's development server.</summary>
public class ViteAppResource(string name, string command, string workingDirectory) : ExecutableResource(name, command, workingDirectory);
