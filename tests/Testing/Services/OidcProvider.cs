using Aspire.Hosting.Running;

namespace AlgoStack.Testing.Services;

/// <summary>
/// Another issuer: a certified OpenID provider, <c>tests/OidcProvider</c>, in a process of its own. It asks for a name and any password; what somebody may is
/// behind the hyphen of the name, as in <c>ana-admin</c>, and is told as their group <c>desk-admin</c>.
/// </summary>
public sealed class OidcProvider : IAsyncDisposable
{
    public const string ClientId = "algostack";
    public const string ClientSecret = "the secret of a client, with : and % in it";
    public const string Audience = "https://algostack.example/api";

    private SupervisedProcess? _process;

    private OidcProvider()
    {
    }

    public Uri Address { get; private set; } = new("http://127.0.0.1/");

    /// <summary>What a gateway is configured with, as on a command line.</summary>
    public IReadOnlyList<string> Settings =>
    [
        "--Oidc:Authority", Address.AbsoluteUri, "--Oidc:ClientId", ClientId, "--Oidc:ClientSecret", ClientSecret, "--Oidc:Audience", Audience,
        "--Oidc:RoleClaim", "groups", "--Oidc:Roles:viewer", "desk-viewer", "--Oidc:Roles:trader", "desk-trader", "--Oidc:Roles:admin", "desk-admin",
    ];

    /// <param name="callback">The only address that it sends anybody back to.</param>
    /// <param name="algorithm">What it signs with, as RFC 7518 names it.</param>
    /// <exception cref="InvalidOperationException">It ended instead of listening; the message has the end of its log.</exception>
    public static async Task<OidcProvider> StartAsync(Uri callback, string algorithm = "RS256")
    {
        var folder = TestServers.NewFolder("oidc-provider");
        var log = Path.Combine(folder, "provider.log");
        var provider = new OidcProvider();
        var process = provider._process = await SupervisedProcess.StartAsync(
            new ProcessSpec("node", [Path.Combine(Repository.Root, "tests", "OidcProvider", "provider.js"), callback.AbsoluteUri, Audience, algorithm, ClientSecret], folder, log),
            CancellationToken.None);
        await Eventually.True(
            async () =>
            {
                var said = await LogFile.TailAsync(log, CancellationToken.None);
                if (process.Exited.IsCompleted) throw new InvalidOperationException($"The OpenID provider ended with exit code {await process.Exited}:\n{said}");

                var address = said.Split('\n').FirstOrDefault(line => line.StartsWith("http://", StringComparison.Ordinal));
                if (address is not null) provider.Address = new Uri(address.Trim());
                return address is not null;
            },
            what: "the OpenID provider listens");
        return provider;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not { } process) return;

        process.Kill();
        await process.Exited;
        await process.DisposeAsync();
    }
}
