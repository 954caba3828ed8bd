using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using AlgoStack.Contracts.MarketData;
using AlgoStack.Testing;
using AlgoStack.Testing.Services;
using FluentAssertions;
using Xunit;

namespace AlgoStack.Gateway.Tests.Udf;

/// <summary>A bar as a test knows it: when it begins, in Unix seconds, and its figures.</summary>
public sealed record TestBar(long Begin, double Open, double High, double Low, double Close, double Volume);

/// <summary>
/// The real ingestion with a tape, and a gateway in front of it:
/// <list type="bullet">
/// <item><c>MIN.SIM</c>: minutes of 2024-01-02 14:30 to 2024-01-03 07:09, but for those from 19:30 to 21:09;</item>
/// <item><c>LONG.SIM</c>: 210,000 minutes from 2024-01-02 14:30 on;</item>
/// <item><c>SP500-2000.SIM</c>: days, dated alone, of 20 years;</item>
/// <item><c>BTC/USDT.KRAKEN</c>: hours of 2024-01-30 to 2024-02-02;</item>
/// <item><c>SEVEN.SIM</c>: bars of seven minutes, of which no resolution can be made;</item>
/// <item><c>PRINTS.SIM</c>: trades, and no bars.</item>
/// </list>
/// </summary>
public sealed class UdfFixture : IAsyncLifetime, IDisposable
{
    public const long Open = 1_704_205_800; // 2024-01-02T14:30:00Z

    /// <summary>Bars of <c>LONG.SIM</c>: more than one answer may read.</summary>
    public const int LongCount = 210_000;

    private readonly Csv _csv = new();
    private ServiceProcess? _ingestion;
    private GatewayUnderTest? _gateway;

    public BrokerFixture Broker { get; } = new();

    public Uri Ingestion => _ingestion!.Http.BaseAddress!;

    /// <summary>With ingestion alone: signal and broker-routing have no address.</summary>
    public GatewayUnderTest Gateway => _gateway!;

    public IReadOnlyList<TestBar> Minutes { get; } = [.. MinuteBars(0, 300), .. MinuteBars(400, 600)];

    public IReadOnlyList<TestBar> LongMinutes { get; } = [.. MinuteBars(0, LongCount)];

    public IReadOnlyList<TestBar> Hours { get; } = [.. Enumerable.Range(0, 96).Select(i => new TestBar(
        new DateTimeOffset(2024, 1, 30, i % 24, 0, 0, TimeSpan.Zero).AddDays(i / 24).ToUnixTimeSeconds(), 100 + i, 103 + i, 98 + (i % 5), 101 + i, 2 + i))];

    public IReadOnlyList<TestBar> Days { get; } = [.. File.ReadLines(SourceOfDays).Skip(1).Select(line => line.Split(',')).Select(f => new TestBar(
        DateTimeOffset.Parse(f[0], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal).ToUnixTimeSeconds(), Number(f[1]), Number(f[2]), Number(f[3]), Number(f[4]), Number(f[6])))];

    private static string SourceOfDays => Path.Combine(Repository.Root, "data", "sp500-2000", "sp500-2000.csv");

    public async Task InitializeAsync()
    {
        await Broker.InitializeAsync();
        _ingestion = await ServiceProcess.StartAsync("AlgoStack.Ingestion", Broker.Database, Broker.Address);
        await _ingestion.ReadyAsync();
        string[] min = [.. Csv.Minutes("MIN", 0, 300), .. Csv.Minutes("MIN", 400, 600)];
        await ImportAsync(new StartImport(_csv.Write("min.csv", [Csv.Header, .. min]), Timeframe: "1m"));
        await ImportAsync(new StartImport(_csv.Write("long.csv", [Csv.Header, .. Csv.Minutes("LONG", 0, LongCount)]), Timeframe: "1m"));
        await ImportAsync(new StartImport(SourceOfDays));
        await ImportAsync(new StartImport(_csv.Write("btc.csv", [Csv.Header, .. Hours.Select(b => Row("BTC/USDT", b))]), Timeframe: "1h", Venue: "KRAKEN"));
        await ImportAsync(new StartImport(_csv.Write("seven.csv", [Csv.Header, .. Enumerable.Range(0, 5).Select(i => Row("SEVEN", new TestBar(Open + (i * 420), 1, 2, 1, 2, 3)))]), Timeframe: "7m"));
        await ImportAsync(new StartImport(_csv.Write("prints.csv", ["timestamp,symbol,price,size", "2024-01-02T14:30:00Z,PRINTS,10,1"]), "trades"));
        _gateway = await StartGatewayAsync([]);
    }

    /// <summary>A gateway in front of the same tape.</summary>
    public Task<GatewayUnderTest> StartGatewayAsync(IEnumerable<KeyValuePair<string, Uri>> others) => GatewayUnderTest.StartAsync(
        Broker, new Dictionary<string, Uri>(others, StringComparer.Ordinal) { ["ingestion"] = Ingestion });

    /// <summary>Puts a file on the tape.</summary>
    public async Task ImportAsync(StartImport import)
    {
        using var answer = await _ingestion!.Http.PostAsJsonAsync("/imports", import);
        var session = (await answer.Content.ReadFromJsonAsync<SessionStatus>())!;
        await Eventually.True(async () =>
        {
            session = (await _ingestion.Http.GetFromJsonAsync<SessionStatus>($"/sessions/{session.SessionId}"))!;
            return session.EndedAt is not null;
        });
        session.State.Should().Be("completed", session.Error);
    }

    /// <summary>Puts bars on the tape.</summary>
    public Task ImportAsync(string name, string symbol, string timeframe, IEnumerable<TestBar> bars) =>
        ImportAsync(new StartImport(_csv.Write($"{name}.csv", [Csv.Header, .. bars.Select(b => Row(symbol, b))]), Timeframe: timeframe));

    public async Task DisposeAsync()
    {
        await Gateway.DisposeAsync();
        await _ingestion!.DisposeAsync();
        await Broker.DisposeAsync();
    }

    public void Dispose() => _csv.Dispose();

    /// <summary>The answer to a question, which has this status and breaks no rule.</summary>
    internal static async Task<JsonElement> AskAsync(GatewayUnderTest gateway, string path, UdfRules.Rule rule, int status = 200)
    {
        using var answer = await gateway.Http.GetAsync(new Uri($"/udf/{path}", UriKind.Relative));
        var text = await answer.Content.ReadAsStringAsync();
        ((int)answer.StatusCode).Should().Be(status, "{0} answered {1}", path, text);
        answer.Content.Headers.ContentType!.MediaType.Should().Be(status == 200 ? "application/json" : "application/problem+json");
        var json = JsonDocument.Parse(text).RootElement;
        rule(json, "$").Should().BeEmpty("{0} answered {1}", path, text[..Math.Min(text.Length, 1_000)]);
        return json;
    }

    internal static async Task<IReadOnlyList<TestBar>> BarsAsync(GatewayUnderTest gateway, string query)
    {
        var bars = await AskAsync(gateway, $"history?{query}", UdfRules.Bars);
        double[] Column(string name) => [.. bars.GetProperty(name).EnumerateArray().Select(e => e.GetDouble())];
        var (open, high, low, close, volume) = (Column("o"), Column("h"), Column("l"), Column("c"), Column("v"));
        return [.. Column("t").Select((t, i) => new TestBar((long)t, open[i], high[i], low[i], close[i], volume[i]))];
    }

    /// <summary>What bars come to that begin at the same <paramref name="begin"/>.</summary>
    public static IReadOnlyList<TestBar> Fold(IEnumerable<TestBar> bars, Func<long, long> begin) =>
    [
        .. bars.GroupBy(b => begin(b.Begin)).Select(g => new TestBar(
            g.Key, g.First().Open, g.Max(b => b.High), g.Min(b => b.Low), g.Last().Close, g.Sum(b => b.Volume))),
    ];

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private static IEnumerable<TestBar> MinuteBars(int from, int count) => Csv.Minutes("ANY", from, count).Select(line => line.Split(',')).Select(f => new TestBar(
        DateTimeOffset.Parse(f[0], CultureInfo.InvariantCulture).ToUnixTimeSeconds(), Number(f[2]), Number(f[3]), Number(f[4]), Number(f[5]), Number(f[6])));

    private static string Row(string symbol, TestBar bar) => string.Create(
        CultureInfo.InvariantCulture,
        $"{DateTimeOffset.FromUnixTimeSeconds(bar.Begin):yyyy-MM-dd'T'HH:mm:ss'Z'},{symbol},{bar.Open},{bar.High},{bar.Low},{bar.Close},{bar.Volume}");
}
