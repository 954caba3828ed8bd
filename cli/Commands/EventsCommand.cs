using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using AlgoStack.Cli.Reaching;
using AlgoStack.Cli.Stores;

namespace AlgoStack.Cli.Commands;

/// <summary><c>algo events</c>: what is in the event stores; one stream as a timeline; what comes, as it comes.</summary>
internal static class EventsCommand
{
    private const int MostAtOnce = 1_000;

    private static readonly TimeSpan BetweenConnections = TimeSpan.FromSeconds(1);
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public static Command Create(SharedOptions shared)
    {
        var service = EventStores.Option();
        var stream = new Option<string?>("--stream") { Description = "One stream as a timeline, from its first event on.", HelpName = "ID" };
        var type = new Option<string?>("--type") { Description = "Events of this type alone, as in order_filled.", HelpName = "TYPE" };
        var correlation = new Option<string?>("--correlation") { Description = "Events of this correlation alone.", HelpName = "ID" };
        var from = new Option<string?>("--from") { Description = "From this sequence number or time on.", HelpName = "N|TIME" };
        var to = new Option<string?>("--to") { Description = "To this sequence number or time.", HelpName = "N|TIME" };
        var limit = new Option<int?>("--limit") { Description = "No more than this many: of a stream the oldest, else the newest. Default: 20; with --stream or --follow all.", HelpName = "N" };
        var follow = new Option<bool>("--follow") { Description = "Print events as they are committed, until Ctrl-C or --limit." };
        foreach (var bound in (Option<string?>[])[from, to])
        {
            bound.Validators.Add(result =>
            {
                if (result.GetValueOrDefault<string?>() is { } text && !IsSequence(text) && Time(text) is null)
                    result.AddError($"{bound.Name}: expected a sequence number or a time, found '{text}'.");
            });
        }

        limit.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() < 1) result.AddError("--limit: expected 1 or more.");
        });
        var command = new Command("events", "Look into the event stores.") { service, stream, type, correlation, from, to, limit, follow };
        command.Validators.Add(result =>
        {
            if (result.GetValue(follow) && (result.GetValue(from) ?? result.GetValue(to)) is not null) result.AddError("--follow begins now: it goes with neither --from nor --to.");
        });
        shared.SetAction(command, async (parsed, terminal, console, cancellationToken) =>
        {
            var stores = new EventStores(terminal, console, parsed.GetValue(service));
            var filter = new Filter(
                parsed.GetValue(stream), parsed.GetValue(type), parsed.GetValue(correlation), parsed.GetValue(from), parsed.GetValue(to));
            var most = parsed.GetValue(limit);
            if (parsed.GetValue(follow)) await FollowAsync(terminal, console, stores, filter, most ?? int.MaxValue, cancellationToken);
            else if (filter.Stream is not null) await TimelineAsync(terminal, console, stores, filter, most ?? int.MaxValue, cancellationToken);
            else await ListAsync(terminal, stores, filter, most ?? 20, cancellationToken);
            return ExitCode.Ok;
        });
        return command;
    }

    private static async Task ListAsync(Terminal terminal, EventStores stores, Filter filter, int limit, CancellationToken cancellationToken)
    {
        var answers = await stores.AskAsync<StoreEvents>($"events?limit={Math.Min(limit, MostAtOnce)}{filter.Query()}", cancellationToken);
        StoreEvent[] events =
        [
            .. answers.SelectMany(a => a.Answer.Events.Select(e => e with { Service = a.Service }))
                .OrderByDescending(e => e.At).ThenByDescending(e => e.Sequence).Take(limit).Reverse(),
        ];
        foreach (var e in events) terminal.Line(EventLine.Of(e));
        terminal.Result(new { events });
    }

    private static async Task TimelineAsync(
        Terminal terminal, ConsoleClient console, EventStores stores, Filter filter, int limit, CancellationToken cancellationToken)
    {
        var found = await stores.AskAsync<StoreStream>($"stream?limit=1&id={Uri.EscapeDataString(filter.Stream!)}", cancellationToken);
        if (found.Count == 0) throw new CommandFailedException(ExitCode.NothingUseful, $"There is no stream {filter.Stream} in {string.Join(", ", stores.Services)}.");

        foreach (var (service, stream) in found)
        {
            terminal.Line($"{stream.Id} of {service}: version {stream.Version}, {EventLine.Time(stream.Created)} to {EventLine.Time(stream.LastAppended)}{(stream.IsArchived ? ", archived" : "")}");
            var events = new List<StoreEvent>();
            for (long? next = null; ;)
            {
                var page = await console.GetAsync<StoreEvents>(
                    EventStores.Path(service, $"events?order=oldest&limit={Math.Min(limit - events.Count, MostAtOnce)}{filter.Query(next)}"), cancellationToken);
                events.AddRange(page.Events.Select(e => e with { Service = service }));
                foreach (var e in page.Events) terminal.Line(EventLine.OfStream(e));
                next = page.Next;
                if (next is null || events.Count >= limit) break;
            }

            terminal.Result(new { service, stream.Id, stream.Version, stream.Created, stream.LastAppended, stream.IsArchived, events });
        }
    }

    private static async Task FollowAsync(
        Terminal terminal, ConsoleClient console, EventStores stores, Filter filter, int limit, CancellationToken cancellationToken)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var events = Channel.CreateBounded<StoreEvent>(MostAtOnce);
        var following = Task.WhenAll(stores.Services.Select(s => FollowAsync(terminal, console, s, filter, events.Writer, enough.Token)));
        var reading = PrintAsync(terminal, events.Reader, limit, enough.Token);
        // Following ends by an error alone.
        await await Task.WhenAny(following, reading);
        await enough.CancelAsync();
    }

    private static async Task PrintAsync(Terminal terminal, ChannelReader<StoreEvent> events, int limit, CancellationToken cancellationToken)
    {
        for (var printed = 0; printed < limit; printed++)
        {
            var e = await events.ReadAsync(cancellationToken);
            terminal.Line(EventLine.Of(e));
            terminal.Result(e);
        }
    }

    // The first connection has to work. After that the console may come and go, and nothing is missed.
    private static async Task FollowAsync(
        Terminal terminal, ConsoleClient console, string service, Filter filter, ChannelWriter<StoreEvent> events, CancellationToken cancellationToken)
    {
        var connected = false;
        long? last = null;
        while (true)
        {
            try
            {
                await foreach (var item in console.FollowAsync(EventStores.Path(service, $"events/follow?after={last}{filter.Query()}"), cancellationToken))
                {
                    if (!connected) terminal.Note($"following {service}; Ctrl-C ends it");
                    connected = true;
                    if (item.EventType != "stored") continue;

                    var e = JsonSerializer.Deserialize<StoreEvent>(item.Data, Json)! with { Service = service };
                    last = e.Sequence;
                    await events.WriteAsync(e, cancellationToken);
                }
            }
            catch (Exception e) when (connected && e is NotReachableException or ConsoleProblemException or HttpRequestException or IOException)
            {
                terminal.Note($"{service}: connection lost: {e.Message}");
            }

            await Task.Delay(BetweenConnections, cancellationToken);
        }
    }

    private static bool IsSequence(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _);

    private static DateTimeOffset? Time(string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    private sealed record Filter(string? Stream, string? Type, string? Correlation, string? From, string? To)
    {
        /// <param name="next">Goes on from this sequence number, whatever it was to begin from.</param>
        public string Query(long? next = null)
        {
            var query = new StringBuilder();
            Add("stream", Stream);
            Add("type", Type);
            Add("correlation", Correlation);
            if (next is not null) Add("fromSequence", next.Value.ToString(CultureInfo.InvariantCulture));
            else AddBound("from", From);
            AddBound("to", To);
            return query.ToString();

            void AddBound(string name, string? bound)
            {
                if (bound is null || IsSequence(bound)) Add($"{name}Sequence", bound);
                else Add(name, Time(bound)!.Value.ToString("O", CultureInfo.InvariantCulture));
            }

            void Add(string name, string? value)
            {
                if (value is not null) query.Append(CultureInfo.InvariantCulture, $"&{name}={Uri.EscapeDataString(value)}");
            }
        }
    }
}
