using AlgoStack.Contracts.MarketData;
using AlgoStack.Contracts.Signals;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace AlgoStack.Testing.Services;

/// <summary>The session of live feeds, one bar a batch, and what a strategy makes of it: told by the bus, or only when asked.</summary>
public sealed class LiveFeed
{
    public const string Strategy = "ema-cross";
    private const string Session = "live";

    private readonly List<BarsClosed> _batches = [];
    private readonly List<BarsEvaluated> _evaluations = [];

    /// <summary>The next bar, which closed a moment ago, and the direction that it is a signal for, if it is.</summary>
    /// <param name="age">How long ago it closed.</param>
    public BarsEvaluated Next(
        double close, string? direction = null, double? target = null, double? stop = null, TimeSpan age = default, string instrument = "AAPL.SIM")
    {
        // Milliseconds apart, as bars of a feed never are: no test waits for a minute.
        var at = DateTimeOffset.FromUnixTimeMilliseconds(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds()) - age;
        if (_batches.Count > 0 && at.ToUnixTimeMilliseconds() <= _evaluations[^1].ThroughMs) at = DateTimeOffset.FromUnixTimeMilliseconds(_evaluations[^1].ThroughMs + 1);

        var (sequence, closeMs) = (_batches.Count + 1, at.ToUnixTimeMilliseconds());
        lock (_batches)
        {
            _batches.Add(new BarsClosed(
                Session, 0, sequence, "1m", WarmUp: false, EndOfSession: false, [new InstrumentTerms(instrument, 0.01m, 1, "USD")],
                new BarColumns([instrument], [0], [closeMs], [close], [close], [close], [close], [1_000_000])));
            _evaluations.Add(new BarsEvaluated(
                Session,
                0,
                sequence,
                closeMs,
                WarmUp: false,
                EndOfSession: false,
                direction is null ? [] :
                [
                    new SignalRaised(
                        $"signal-{sequence}", Session, Strategy, instrument, "1m", at, direction, close, 1, "Unknown", target, stop, 0, new SignalExplanation([], [], []), "", 0),
                ]));
            return _evaluations[^1];
        }
    }

    /// <summary>Bars first, and then what came of them.</summary>
    public async Task AnnounceAsync(BusPeer bus, BarsEvaluated evaluated)
    {
        await AnnounceBarsAsync(bus, evaluated);
        await bus.PublishAsync(evaluated);
    }

    /// <summary>The bars alone of which it came.</summary>
    public Task AnnounceBarsAsync(BusPeer bus, BarsEvaluated evaluated) => bus.PublishAsync(Locked(_batches)[(int)evaluated.Sequence - 1]);

    /// <summary>What ingestion answers.</summary>
    public void MapTape(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/instruments", () => Locked(_batches).SelectMany(b => b.Instruments).DistinctBy(i => i.Id, StringComparer.Ordinal));
        routes.MapGet($"/sessions/{Session}/batches/{{sequence:long}}", (long sequence) => Locked(_batches)[(int)sequence - 1]);
        routes.MapGet($"/sessions/{Session}/bars", (long from, long to) => Results.Stream(
            async body =>
            {
                foreach (var batch in Locked(_batches).Where(b => b.Sequence >= from && b.Sequence <= to)) await batch.Bars.WriteAsync(body);
            },
            BarColumns.MediaType));
    }

    /// <summary>What the signal service answers.</summary>
    public void MapEvaluations(IEndpointRouteBuilder routes) =>
        routes.MapGet($"/sessions/{Session}/evaluations", (long from, long to) => Locked(_evaluations).Where(e => e.Sequence >= from && e.Sequence <= to));

    private List<T> Locked<T>(List<T> list)
    {
        lock (_batches) return [.. list];
    }
}
