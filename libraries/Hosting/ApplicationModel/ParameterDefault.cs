using System.Security.Cryptography;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>What a parameter is where nobody gives it.</summary>
public abstract class ParameterDefault
{
    public abstract string GetDefaultValue();
}

/// <summary>Another value each time, that nobody can guess.</summary>
public sealed class GenerateParameterDefault : ParameterDefault
{
    /// <summary>In characters, each a random hexadecimal digit.</summary>
    public int MinLength { get; set; } = 22;

    public override string GetDefaultValue() => RandomNumberGenerator.GetHexString(MinLength, lowercase: true);
}
