using AlgoStack.Gateway.Forwarding;
using Xunit;

namespace AlgoStack.Gateway.Tests.Forwarding;

/// <summary>A gateway with each service behind it. Each says that it was reached, and by what, but where a test has it answer.</summary>
public sealed class ForwardingFixture : IAsyncLifetime
{
    public const string Reached = "reached a service";

    private readonly Dictionary<string, FakeUpstream> _services = new(StringComparer.Ordinal);
    private GatewayUnderTest? _gateway;
    private (string Path, RequestDelegate Answer)? _answer;

    public BrokerFixture Broker { get; } = new();

    public GatewayUnderTest Gateway => _gateway!;

    public Uri AddressOf(string service) => _services[service].Address;

    /// <summary>From now on, and nothing else of what was said before.</summary>
    public void Answer(string path, RequestDelegate answer) => _answer = (path, answer);

    public async Task InitializeAsync()
    {
        await Broker.InitializeAsync();
        foreach (var service in Routes.Services) _services.Add(service, await FakeUpstream.StartAsync(app => app.Map("/{**path}", context => AnswerAsync(service, context))));
        _gateway = await GatewayUnderTest.StartAsync(Broker, _services.ToDictionary(s => s.Key, s => s.Value.Address, StringComparer.Ordinal));
    }

    public async Task DisposeAsync()
    {
        if (_gateway is not null) await _gateway.DisposeAsync();
        foreach (var service in _services.Values) await service.DisposeAsync();
        await Broker.DisposeAsync();
    }

    private Task AnswerAsync(string service, HttpContext context)
    {
        var request = context.Request;
        return _answer is { } given && request.Path == given.Path
            ? given.Answer(context)
            : context.Response.WriteAsync($"{Reached}: {service} {request.Path.ToUriComponent()}{request.QueryString}", context.RequestAborted);
    }
}
