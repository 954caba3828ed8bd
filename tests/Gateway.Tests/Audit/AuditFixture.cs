using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using AlgoStack.Gateway.Forwarding;
using AlgoStack.Gateway.Tests.SigningIn;
using AlgoStack.Testing;

namespace AlgoStack.Gateway.Tests.Audit;

/// <summary>A gateway before a service that answers everything, and a client with an address of its own.</summary>
public sealed class AuditFixture : SignInFixture
{
    /// <summary>Like no other in what a test reads.</summary>
    public const string Address = "127.0.0.77";

    private FakeUpstream? _upstream;

    /// <summary>What the service behind the gateway answers.</summary>
    public int Answer { get; set; } = 202;

    /// <summary>How often it was asked.</summary>
    public int Asked { get; private set; }

    public HttpClient NewClient(string userAgent = "audit-test/1") => new(new SocketsHttpHandler
    {
        UseCookies = false,
        RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8,
        ConnectCallback = async (context, token) =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            socket.Bind(new IPEndPoint(IPAddress.Parse(Address), 0));
            await socket.ConnectAsync(context.DnsEndPoint, token);
            return new NetworkStream(socket, ownsSocket: true);
        },
    })
    {
        BaseAddress = Gateway.Address,
        DefaultRequestHeaders = { { "User-Agent", userAgent } },
    };

    /// <summary>Entries that hold, the oldest first, once there are as many.</summary>
    public async Task<List<JsonElement>> EntriesAsync(string query, int atLeast, string? token = null)
    {
        token ??= (await SignInAsync(Admin)).AccessToken;
        var entries = new List<JsonElement>();
        await Eventually.True(async () =>
        {
            using var answer = await SendAsync(HttpMethod.Get, $"/api/v1/audit?{query}", token: token);
            answer.EnsureSuccessStatusCode();
            entries = [.. (await JsonAsync(answer)).GetProperty("entries").EnumerateArray().Reverse()];
            return entries.Count >= atLeast;
        });
        return entries;
    }

    /// <summary>Whoever is signed in by these tokens.</summary>
    public async Task<Guid> UserIdAsync(SigningIn.Tokens tokens) =>
        (await JsonAsync(await SendAsync(HttpMethod.Get, "/auth/me", token: tokens.AccessToken))).GetProperty("userId").GetGuid();

    public static IEnumerable<string> Actions(IEnumerable<JsonElement> entries) => entries.Select(e => e.GetProperty("action").GetString()!);

    protected override async Task<IReadOnlyDictionary<string, Uri>> StartServicesAsync()
    {
        _upstream = await FakeUpstream.StartAsync(app => app.Map("/{**path}", async (HttpContext context) =>
        {
            Asked++;
            await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
            return Results.StatusCode(Answer);
        }));
        return Routes.Services.ToDictionary(s => s, _ => _upstream.Address, StringComparer.Ordinal);
    }

    protected override async Task StopServicesAsync()
    {
        if (_upstream is not null) await _upstream.DisposeAsync();
    }
}
