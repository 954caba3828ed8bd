using AlgoStack.Contracts.MarketData;
using AlgoStack.Ingestion.Instruments;
using AlgoStack.Ingestion.Tape.Kinds;
using AlgoStack.ServiceDefaults.Problems;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.MarketData;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace AlgoStack.Ingestion.Tape;

/// <summary>
/// <c>GET /gaps</c>: where an instrument lacks bars that were to be expected, as runs of expected closes with no bar of it
/// among them. What is expected is the <c>calendar</c>'s to say:
/// <list type="bullet">
/// <item><c>venue</c>, the default: every close at which another instrument of its venue has a bar of the timeframe. With no
/// other instrument nothing is known and nothing is expected: <see cref="BarGaps.Observers"/> is 0 then.</item>
/// <item><c>always</c>: every whole timeframe, day and night, as of a market that does not close.</item>
/// </list>
/// Without <c>from</c> and <c>to</c> the range is from the instrument's first bar to its last; both ends are included. A gap
/// is where to look, and no proof of loss: an instrument that did not trade has no bar either. Months that are archived
/// are not looked at.
/// </summary>
internal static class GetGaps
{
    /// <summary>Listed at most, oldest first; the sums are over all.</summary>
    public const int MostListed = 10_000;

    /// <summary>Closes that a calendar of every whole timeframe may have.</summary>
    public const long MostInstants = 5_000_000;

    public const string Venue = "venue";
    public const string Always = "always";

    private const string Runs =
        """
        , own as (
            select distinct closed_at
            from bars
            where instrument = $1 and timeframe_s = $2 and closed_at between $3 and $4
        ), marked as (
            select e.closed_at, o.closed_at is not null as present
            from expected e
            left join own o using (closed_at)
        ), runs as (
            select closed_at, present,
                   row_number() over (order by closed_at) - row_number() over (partition by present order by closed_at) as run
            from marked
        )
        select present, min(closed_at), max(closed_at), count(*)
        from runs
        group by present, run
        order by min(closed_at)
        """;

    public static async Task<Results<Ok<BarGaps>, ProblemHttpResult>> HandleAsync(
        string instrument,
        InstrumentRegistry instruments,
        NpgsqlDataSource database,
        CancellationToken cancellationToken,
        string timeframe = "1m",
        string calendar = Venue,
        DateTimeOffset? from = null,
        DateTimeOffset? to = null)
    {
        if (!Timeframe.TryParse(timeframe, out var span))
        {
            return Problem.Invalid(
                "timeframe_invalid", $"Timeframe: expected a count and s, m, h, d or w, as in 5m, found '{timeframe}'.");
        }

        if (calendar is not (Venue or Always))
        {
            return Problem.Invalid("calendar_invalid", $"Calendar: expected {Venue} or {Always}, found '{calendar}'.");
        }

        if (await instruments.FindAsync(instrument, cancellationToken) is not { } known)
        {
            return Problem.NotFound("instrument_unknown", $"No bars of '{instrument}'.");
        }

        var observers = calendar == Venue ? await ObserversAsync(instruments, known, cancellationToken) : [];
        var nothing = new BarGaps(instrument, timeframe, calendar, observers.Length, null, null, 0, 0, []);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        if (await RangeAsync(connection, known.Id, span, from, to, cancellationToken) is not var (first, last)) return TypedResults.Ok(nothing);

        if (calendar == Always && (last - first) / TimeSpan.FromMilliseconds(span.Milliseconds) > MostInstants)
        {
            return Problem.Invalid("range_too_long", $"Range: expected at most {MostInstants} closes of {timeframe}; give a shorter one.");
        }

        await using var command = calendar == Venue ? OfVenue(connection, observers) : OfClock(connection, span);
        command.Parameters.Insert(0, new() { Value = known.Id });
        command.Parameters.Insert(1, new() { Value = Bars.Scope(span) });
        command.Parameters.Insert(2, new() { Value = first.UtcDateTime });
        command.Parameters.Insert(3, new() { Value = last.UtcDateTime });
        return TypedResults.Ok(await ReadAsync(command, nothing with { From = first, To = last }, cancellationToken));
    }

    private static async Task<int[]> ObserversAsync(
        InstrumentRegistry instruments, RegisteredInstrument of, CancellationToken cancellationToken)
    {
        var venue = new InstrumentId(of.Terms.Id).Venue;
        var all = await instruments.ListAsync(cancellationToken);
        return [.. all.Where(t => new InstrumentId(t.Id).Venue == venue && t.Id != of.Terms.Id).Select(t => instruments[t.Id].Id)];
    }

    private static async Task<(DateTimeOffset First, DateTimeOffset Last)?> RangeAsync(
        NpgsqlConnection connection, int instrument, Timeframe timeframe, DateTimeOffset? from, DateTimeOffset? to, CancellationToken cancellationToken)
    {
        if (from is { } first && to is { } last) return (first, last);

        await using var command = new NpgsqlCommand(
            "select min(closed_at), max(closed_at) from bars where instrument = $1 and timeframe_s = $2", connection);
        command.Parameters.Add(new() { Value = instrument });
        command.Parameters.Add(new() { Value = Bars.Scope(timeframe) });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        if (reader.IsDBNull(0)) return null;

        return (from ?? new DateTimeOffset(reader.GetDateTime(0)), to ?? new DateTimeOffset(reader.GetDateTime(1)));
    }

    private static NpgsqlCommand OfVenue(NpgsqlConnection connection, int[] observers) => new(
        $"""
        with expected as (
            select distinct closed_at
            from bars
            where instrument = any($5) and timeframe_s = $2 and closed_at between $3 and $4
        ){Runs}
        """,
        connection)
    {
        Parameters = { new() { Value = observers } },
    };

    private static NpgsqlCommand OfClock(NpgsqlConnection connection, Timeframe timeframe) => new(
        $"""
        with expected as (
            select to_timestamp(s.second) as closed_at
            from generate_series((ceil(extract(epoch from $3::timestamptz) / $5) * $5)::bigint, floor(extract(epoch from $4::timestamptz))::bigint, $5) as s (second)
        ){Runs}
        """,
        connection)
    {
        Parameters = { new() { Value = timeframe.Milliseconds / 1_000 } },
    };

    private static async Task<BarGaps> ReadAsync(NpgsqlCommand command, BarGaps gaps, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var listed = new List<BarGap>();
        var (expected, missing) = (0L, 0L);
        while (await reader.ReadAsync(cancellationToken))
        {
            expected += reader.GetInt64(3);
            if (reader.GetBoolean(0)) continue;

            missing += reader.GetInt64(3);
            if (listed.Count == MostListed) continue;
            listed.Add(new BarGap(new DateTimeOffset(reader.GetDateTime(1)), new DateTimeOffset(reader.GetDateTime(2)), reader.GetInt64(3)));
        }

        return gaps with { Expected = expected, Missing = missing, Gaps = listed };
    }
}
