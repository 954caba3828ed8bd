using System.Text.Json;
using AlgoStack.BrokerRouting.Orders;
using AlgoStack.Trading.Instruments;
using AlgoStack.Trading.Orders;
using AlgoStack.Trading.Portfolios;
using AlgoStack.Trading.Positions;
using Npgsql;

namespace AlgoStack.BrokerRouting.Portfolios;

/// <summary>Reads an account's fills, and what else became of its positions, in the order of the log.</summary>
public static class HistoryReader
{
    /// <summary>Feeds a history with all that both tables have seen: each follows the log at its own pace.</summary>
    public static async Task ReadAsync(NpgsqlDataSource database, string account, PortfolioHistory history, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            with seen as (select min(last_seq_id) as seq_id from mt_event_progression where name in ('order_blotter:All', 'position_book:All'))
            select f.seq_id, o.instrument, p.currency, o.side, f.order_id, f.trade_id, f.quantity, f.price, f.commission, f.fee, f.fee_asset, f.at,
                null as type, null as data
            from fills f
            join orders o on o.order_id = f.order_id
            left join positions p on p.account = o.account and p.instrument = o.instrument
            where o.account = $1 and f.seq_id <= (select seq_id from seen)
            union all
            select seq_id, instrument, currency, null, null, null, null, null, null, null, null, null, type, data::text
            from position_bookings
            where account = $1 and seq_id <= (select seq_id from seen)
            order by 1
            """);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = account });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            if (!reader.IsDBNull(12))
            {
                history.OnPosition(BookingOf(reader.GetString(12), reader.GetString(13)));
                continue;
            }

            var fill = new OrderFilled(
                new ClientOrderId(reader.GetString(4)), reader.GetString(5), reader.GetDecimal(6), reader.GetDecimal(7), reader.GetDecimal(8), 0, reader.GetFieldValue<DateTimeOffset>(11))
            {
                Fee = reader.IsDBNull(9) ? null : reader.GetDecimal(9),
                FeeAsset = reader.IsDBNull(10) ? null : reader.GetString(10),
            };
            history.OnFill(new InstrumentId(reader.GetString(1)), reader.GetString(2), Enum.Parse<OrderSide>(reader.GetString(3)), fill);
        }
    }

    private static PositionEvent BookingOf(string type, string data) => type switch
    {
        "position_adjusted" => Read<PositionAdjusted>(data),
        "position_split" => Read<PositionSplit>(data),
        "dividend_booked" => Read<DividendBooked>(data),
        _ => throw new InvalidDataException($"Expected what becomes of a position without a fill, found {type}."),
    };

    private static T Read<T>(string data) => JsonSerializer.Deserialize<T>(data, StoredJson.Options)!;
}
