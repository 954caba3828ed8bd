using System.Net.Http.Json;
using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace AlgoStack.Testing.Services;

/// <summary>A request with an Idempotency-Key whose service dies after it was done and before it was answered.</summary>
public static class LostAnswers
{
    /// <summary>Sends a request, has its answer forgotten as a crash would have it, and sends it again: it is done once.</summary>
    /// <param name="services">Of the running service.</param>
    /// <returns>The location that both answers gave.</returns>
    public static async Task<Uri> ShouldBeDoneOnceAsync(HttpClient http, IServiceProvider services, string path, object body)
    {
        ArgumentNullException.ThrowIfNull(http);
        var first = await PostAsync(http, path, body);
        await using (var forget = services.GetRequiredService<NpgsqlDataSource>().CreateCommand("update idempotency_keys set status = null where key = 'lost'"))
            (await forget.ExecuteNonQueryAsync(CancellationToken.None)).Should().Be(1);

        (await PostAsync(http, path, body)).Should().Be(first);
        return first;
    }

    private static async Task<Uri> PostAsync(HttpClient http, string path, object body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(path, UriKind.Relative)) { Content = JsonContent.Create(body) };
        request.Headers.Add("Idempotency-Key", "lost");
        using var answer = await http.SendAsync(request, CancellationToken.None);
        answer.IsSuccessStatusCode.Should().BeTrue(await answer.Content.ReadAsStringAsync(CancellationToken.None));
        answer.Headers.Contains("Idempotency-Replayed").Should().BeFalse();
        return answer.Headers.Location!;
    }
}
