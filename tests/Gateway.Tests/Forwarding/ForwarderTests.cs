using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AlgoStack.Gateway.Forwarding;
using AlgoStack.ServiceDefaults;
using AlgoStack.Testing.Services;
using FluentAssertions;
using Microsoft.AspNetCore.Http.Features;
using Xunit;

namespace AlgoStack.Gateway.Tests.Forwarding;

public sealed class ForwarderTests(ForwardingFixture fixture) : IClassFixture<ForwardingFixture>
{
    private static readonly Uri Nobody = new("http://127.0.0.1:9"); // discard: nothing listens there

    [Theory]
    [InlineData(200)]
    [InlineData(202)]
    [InlineData(304)]
    [InlineData(404)]
    [InlineData(409)]
    [InlineData(500)]
    public async Task Status_and_headers_come_back_as_the_service_gave_them(int status)
    {
        fixture.Answer("/orders", context =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.ETag = "\"7\"";
            context.Response.Headers["X-Twice"] = new[] { "a", "b" };
            return Task.CompletedTask;
        });

        using var response = await fixture.Gateway.Http.GetAsync("/api/v1/orders");

        ((int)response.StatusCode).Should().Be(status);
        response.Headers.ETag!.Tag.Should().Be("\"7\"");
        response.Headers.GetValues("X-Twice").Should().Equal("a", "b");
    }

    [Fact]
    public async Task Method_query_headers_and_body_reach_the_service()
    {
        fixture.Answer("/orders/a b", FakeUpstream.EchoAsync);
        using var request = new HttpRequestMessage(HttpMethod.Put, "/api/v1/orders/a%20b?x=1&y=%26")
        {
            Content = new StringContent("{\"a\":1}", Encoding.UTF8, "application/json"),
        };
        request.Headers.Add("Idempotency-Key", "k-1");

        using var response = await fixture.Gateway.Http.SendAsync(request);
        var echo = await response.Content.ReadFromJsonAsync<Echo>();

        echo!.Method.Should().Be("PUT");
        echo.Target.Should().Be("/orders/a%20b?x=1&y=%26");
        echo.Body.Should().Be("{\"a\":1}");
        echo.Headers["Idempotency-Key"].Should().Be("k-1");
        echo.Headers["Content-Type"].Should().StartWith("application/json");
        echo.Headers["X-Forwarded-For"].Should().Be("127.0.0.1");
        echo.Headers["Host"].Should().Be(fixture.AddressOf(Routes.BrokerRouting).Authority);
    }

    [Fact]
    public async Task A_large_body_passes_both_ways_unharmed()
    {
        fixture.Answer("/history", async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body, context.RequestAborted);
            for (var i = 0; i < 20; i++) await context.Response.Body.WriteAsync(body.ToArray(), context.RequestAborted);
        });
        var bytes = RandomNumberGenerator.GetBytes(RequestBodies.MostBytes);

        using var response = await fixture.Gateway.Http.PostAsync("/api/v1/history", new ByteArrayContent(bytes));

        var twenty = Enumerable.Repeat(bytes, 20).SelectMany(b => b).ToArray();
        SHA256.HashData(await response.Content.ReadAsByteArrayAsync()).Should().Equal(SHA256.HashData(twenty));
    }

    [Fact]
    public async Task A_body_beyond_the_limit_is_refused_as_the_callers_fault()
    {
        fixture.Answer("/orders", FakeUpstream.EchoAsync);

        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/orders")
        {
            Content = new ByteArrayContent(new byte[RequestBodies.MostBytes + 1]),
        };
        request.Headers.ExpectContinue = true; // so that the answer is read before the body is sent
        using var response = await fixture.Gateway.Http.SendAsync(request);

        response.StatusCode.Should().Be(HttpStatusCode.RequestEntityTooLarge);
    }

    [Fact]
    public async Task What_the_service_streams_arrives_before_the_answer_is_whole()
    {
        using var goOn = new SemaphoreSlim(0);
        fixture.Answer("/signals", async context =>
        {
            context.Features.Get<IHttpResponseBodyFeature>()!.DisableBuffering();
            await context.Response.WriteAsync("first\n", context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await goOn.WaitAsync(context.RequestAborted);
            await context.Response.WriteAsync("second\n", context.RequestAborted);
        });

        using var response = await fixture.Gateway.Http.GetAsync("/api/v1/signals", HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());

        (await reader.ReadLineAsync()).Should().Be("first");
        goOn.Release();
        (await reader.ReadLineAsync()).Should().Be("second");
    }

    [Fact]
    public async Task A_service_that_is_down_is_a_503_that_names_it()
    {
        await using var gateway = await GatewayUnderTest.StartAsync(
            fixture.Broker,
            new Dictionary<string, Uri>(StringComparer.Ordinal) { [Routes.BrokerRouting] = Nobody });

        using var response = await gateway.Http.GetAsync("/api/v1/orders");
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>();

        response.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        response.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");
        problem.GetProperty("code").GetString().Should().Be("service_unavailable");
        problem.GetProperty("service").GetString().Should().Be("broker-routing");
        problem.GetProperty("retryable").GetBoolean().Should().BeTrue();
        problem.GetProperty("detail").GetString().Should().Contain("broker-routing");
    }

    [Fact]
    public async Task A_service_without_an_address_is_a_503_that_names_the_setting()
    {
        await using var gateway = await GatewayUnderTest.StartAsync(fixture.Broker, new Dictionary<string, Uri>(StringComparer.Ordinal));

        using var response = await gateway.Http.GetAsync("/api/v1/alerts");
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>();

        response.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        problem.GetProperty("detail").GetString().Should().Contain("services:alerting:http:0");
    }

    [Fact]
    public async Task A_service_that_breaks_off_breaks_the_answer_off_too()
    {
        fixture.Answer("/signals", async context =>
        {
            await context.Response.WriteAsync("half", context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            context.Abort();
        });

        var read = () => fixture.Gateway.Http.GetStringAsync(new Uri("/api/v1/signals", UriKind.Relative));

        await read.Should().ThrowAsync<HttpRequestException>();
    }

    [Fact]
    public async Task A_redirect_is_the_callers_to_follow()
    {
        fixture.Answer("/orders", context =>
        {
            context.Response.Redirect("/elsewhere");
            return Task.CompletedTask;
        });
        using var http = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = fixture.Gateway.Address };
        http.DefaultRequestHeaders.Authorization = ServiceAccess.Header;

        using var response = await http.GetAsync("/api/v1/orders");

        response.StatusCode.Should().Be(HttpStatusCode.Found);
        response.Headers.Location!.OriginalString.Should().Be("/elsewhere");
    }

    [Fact]
    public async Task The_trace_of_the_caller_goes_on_in_the_service()
    {
        fixture.Answer("/orders", FakeUpstream.EchoAsync);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/orders");
        request.Headers.Add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");

        using var response = await fixture.Gateway.Http.SendAsync(request);
        var echo = await response.Content.ReadFromJsonAsync<Echo>();

        ActivityContext.TryParse(echo!.Headers["traceparent"], null, out var seen).Should().BeTrue();
        seen.TraceId.ToHexString().Should().Be("0af7651916cd43dd8448eb211c80319c");
    }

    [Fact]
    public async Task A_web_socket_is_passed_on_with_its_protocol_and_its_end()
    {
        fixture.Answer("/orders/ws", async context =>
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync("orders.v1");
            var buffer = new byte[1024];
            var part = await socket.ReceiveAsync(buffer.AsMemory(), context.RequestAborted);
            await socket.SendAsync(buffer.AsMemory(0, part.Count), part.MessageType, part.EndOfMessage, context.RequestAborted);
            await socket.CloseAsync(WebSocketCloseStatus.PolicyViolation, "enough", context.RequestAborted);
        });
        using var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol("orders.v1");
        socket.Options.SetRequestHeader("Authorization", ServiceAccess.Header.ToString());
        var buffer = new byte[1024];

        await socket.ConnectAsync(new UriBuilder(fixture.Gateway.Address) { Scheme = "ws", Path = "/api/v1/orders/ws" }.Uri, CancellationToken.None);
        await socket.SendAsync("ping"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
        var echo = await socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
        var end = await socket.ReceiveAsync(buffer.AsMemory(echo.Count), CancellationToken.None);

        socket.SubProtocol.Should().Be("orders.v1");
        Encoding.UTF8.GetString(buffer, 0, echo.Count).Should().Be("ping");
        end.MessageType.Should().Be(WebSocketMessageType.Close);
        socket.CloseStatus.Should().Be(WebSocketCloseStatus.PolicyViolation);
    }

    [Fact]
    public async Task A_caller_that_hangs_up_ends_the_request_at_the_service()
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        fixture.Answer("/signals", async context =>
        {
            context.RequestAborted.Register(() => ended.TrySetResult());
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await ended.Task;
        });

        (await fixture.Gateway.Http.GetAsync("/api/v1/signals", HttpCompletionOption.ResponseHeadersRead)).Dispose();

        await ended.Task.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Content_encoding_is_left_to_the_two_ends()
    {
        fixture.Answer("/history", context =>
        {
            context.Response.Headers.ContentEncoding = "gzip";
            return context.Response.Body.WriteAsync(new byte[] { 1, 2, 3 }, context.RequestAborted).AsTask();
        });
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/history");
        request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue("gzip"));

        using var response = await fixture.Gateway.Http.SendAsync(request);

        response.Content.Headers.ContentEncoding.Should().Equal("gzip");
        (await response.Content.ReadAsByteArrayAsync()).Should().Equal(1, 2, 3);
    }
}
