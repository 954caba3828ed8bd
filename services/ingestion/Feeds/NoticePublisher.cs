using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AlgoStack.Contracts.MarketData;
using MassTransit;
using Npgsql;

namespace AlgoStack.Ingestion.Feeds;

/// <summary>Publishes notices in the order of their commit, and forgets each once the broker has it.</summary>
internal sealed partial class NoticePublisher(NpgsqlDataSource database, IBus bus, ILogger<NoticePublisher> logger)
    : BackgroundService
{
    private const int PageSize = 100;

    /// <summary>A look without being woken, for what a crash left behind.</summary>
    private static readonly TimeSpan LongestSleep = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _woken = new(0, 1);

    /// <summary>Notices have been committed.</summary>
    public void Wake()
    {
        if (_woken.CurrentCount > 0) return;
        try
        {
            _woken.Release();
        }
        catch (SemaphoreFullException)
        {
            // Another caller woke it in between.
        }
    }

    /// <summary>Keeps a notice that belongs to no batch, and has it published.</summary>
    public async Task AddAsync(Notice notice, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var commands = new NpgsqlBatch(connection) { BatchCommands = { notice.Insert() } };
        await commands.ExecuteNonQueryAsync(cancellationToken);
        Wake();
    }

    public override void Dispose()
    {
        base.Dispose();
        _woken.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                while (await PublishPageAsync(stoppingToken) == PageSize)
                {
                }
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                LogWaiting(e.Message);
            }

            await _woken.WaitAsync(LongestSleep, stoppingToken);
        }
    }

    private async Task<int> PublishPageAsync(CancellationToken cancellationToken)
    {
        var page = new List<(long Id, string Kind, string Json)>();
        await using (var command = database.CreateCommand("select id, kind, message from notices order by id limit $1"))
        {
            command.Parameters.Add(new() { Value = PageSize });
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken)) page.Add((reader.GetInt64(0), reader.GetString(1), reader.GetString(2)));
        }

        foreach (var (id, kind, json) in page)
        {
            var message = JsonSerializer.Deserialize(json, TypeOf(kind), JsonSerializerOptions.Web)!;
            await bus.Publish(message, context => context.MessageId = MessageId(id), cancellationToken);
            await using var delete = database.CreateCommand("delete from notices where id = $1");
            delete.Parameters.Add(new() { Value = id });
            await delete.ExecuteNonQueryAsync(cancellationToken);
        }

        return page.Count;
    }

    private static Type TypeOf(string kind) => kind switch
    {
        nameof(BarGapDetected) => typeof(BarGapDetected),
        nameof(FeedWentQuiet) => typeof(FeedWentQuiet),
        nameof(FeedRecovered) => typeof(FeedRecovered),
        _ => throw new InvalidDataException($"Notice: expected a message of market data, found '{kind}'."),
    };

    // The same after a crash between publishing and forgetting.
    private static Guid MessageId(long id) =>
        new(SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"ingestion/notice/{id}"))).AsSpan(0, 16), bigEndian: true);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Notices are not published yet: {Reason}")]
    private partial void LogWaiting(string reason);
}
