using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Running;

/// <summary>The value of a parameter that was made once: in a file of the state folder that its owner alone reads.</summary>
internal static class KeptParameter
{
    public static string Of(string statePath, string name, ParameterDefault value)
    {
        var file = Path.Combine(statePath, "parameters", name);
        if (File.Exists(file)) return File.ReadAllText(file);

        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        var made = value.GetDefaultValue();
        OwnedFolder.Write(file, made);
        return made;
    }
}
