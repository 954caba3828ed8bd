namespace Aspire.Hosting.ApplicationModel;

/// <summary>A value given from outside, in configuration under <c>Parameters:name</c>, that is, as <c>Parameters__name</c>.</summary>
public class ParameterResource : Resource
{
    private readonly Lazy<string?> _default;

    /// <param name="default">Asked once, when the value is first wanted and not given.</param>
    internal ParameterResource(string name, Func<string?> @default, bool secret) : base(name)
    {
        _default = new Lazy<string?>(@default);
        Secret = secret;
    }

    /// <summary>A secret's value is never printed.</summary>
    public bool Secret { get; }

    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken) => ValueTask.FromResult<string?>(CurrentValue);

    internal string CurrentValue => Environment.GetEnvironmentVariable($"Parameters__{Name}") ?? _default.Value
        ?? throw new DistributedApplicationException($"Parameter {Name} has no value: set the environment variable Parameters__{Name}.");
}
