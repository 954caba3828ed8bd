namespace Aspire.Hosting.ApplicationModel;

/// <summary>A value given from outside, in configuration under <c>Parameters:name</c>, that is, as <c>Parameters__name</c>.</summary>
public class ParameterResource : Resource
{
    private readonly string? _default;

    internal ParameterResource(string name, string? defaultValue, bool secret) : base(name)
    {
        _default = defaultValue;
        Secret = secret;
    }

    /// <summary>A secret's value is never printed.</summary>
    public bool Secret { get; }

    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken) => ValueTask.FromResult<string?>(CurrentValue);

    internal string CurrentValue => Environment.GetEnvironmentVariable($"Parameters__{Name}") ?? _default
        ?? throw new DistributedApplicationException($"Parameter {Name} has no value: set the environment variable Parameters__{Name}.");
}
