using System.Reflection;

namespace AlgoStack.ServiceDefaults;

/// <summary>The version that was built, without the commit that the compiler may have added.</summary>
internal static class ServiceVersion
{
    public static string Current { get; } =
        (Assembly.GetEntryAssembly() ?? typeof(ServiceVersion).Assembly)
            .GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0.0.0";
}
