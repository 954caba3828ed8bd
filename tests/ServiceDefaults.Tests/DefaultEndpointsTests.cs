using System.Net;
using FluentAssertions;
using Xunit;

namespace AlgoStack.ServiceDefaults.Tests;

public sealed class DefaultEndpointsTests
{
    [Theory]
    [InlineData("/alive")]
    [InlineData("/health")]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    [InlineData("/health/deep")]
    [InlineData("/metrics")]
    [InlineData("/openapi/v1.json")]
    public async Task Every_default_endpoint_answers(string path)
    {
        await using var service = await TestService.StartAsync();

        using var answer = await service.Http.GetAsync(new Uri(path, UriKind.Relative));

        answer.StatusCode.Should().Be(HttpStatusCode.OK);
    }
}
