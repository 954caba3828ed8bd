using System.Globalization;
using AlgoStack.Alerting.Rules;
using AlgoStack.ServiceDefaults;
using AlgoStack.ServiceDefaults.Idempotency;
using AlgoStack.ServiceDefaults.Problems;
using MassTransit;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Command = AlgoStack.Contracts.Alerts.RaiseAlert;

namespace AlgoStack.Alerting.Alerts;

/// <summary>Tells a person what any service, script or human wants told: a command on the bus, or <c>POST /alerts</c>.</summary>
public sealed class RaiseAlert(RaisedAlerts alerts) : IConsumer<Command>
{
    public const string Rule = "raised";

    private const string Consumer = "raise-alert";
    private const int LongestKey = 200;

    /// <summary>How long an alert of a key stands for all others of it.</summary>
    private static readonly TimeSpan KeyIsOpenFor = TimeSpan.FromMinutes(15);

    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapPost("/alerts", PostAsync)
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .WithMetadata(new RequestSizeLimitAttribute(RequestBodies.MostBytes));

    public Task Consume(ConsumeContext<Command> context)
    {
        // A sender that sets no message id is not one of ours; its transport sets one all the same.
        var messageId = context.MessageId ?? throw new InvalidOperationException("A RaiseAlert without a message id cannot be told once.");
        var cause = messageId.ToString("n", CultureInfo.InvariantCulture);
        // What cannot be read as a severity must not silence the alert.
        var severity = Severities.Parse(context.Message.Severity) ?? Severity.High;
        return alerts.RaiseOnceAsync(messageId, Consumer, Draft(context.Message, severity, cause), context.CancellationToken);
    }

    private static async Task<Results<Created<RaisedAlert>, Ok<RaisedAlert>, ProblemHttpResult>> PostAsync(
        Command command, IdempotencyKey? key, RaisedAlerts alerts, CancellationToken cancellationToken)
    {
        if (Severities.Parse(command.Severity) is not { } severity)
            return Problem.Invalid("unknown_severity", $"severity is '{AlertText.Title(command.Severity ?? string.Empty)}': expected {Severities.Spelled}.");
        if (string.IsNullOrWhiteSpace(command.Title)) return Problem.Invalid("missing_title", "title is missing: expected one line for a person.");

        var draft = Draft(command, severity, (key?.Id ?? Guid.NewGuid()).ToString("n", CultureInfo.InvariantCulture));
        var alertId = await alerts.RaiseAsync(draft, cancellationToken);
        return alertId == draft.AlertId
            ? TypedResults.Created($"/alerts/{alertId}", new RaisedAlert(alertId))
            : TypedResults.Ok(new RaisedAlert(alertId));
    }

    private static AlertDraft Draft(Command command, Severity severity, string cause) => new(
        AlertId.From(Rule, cause),
        severity,
        Rule,
        AlertText.Title(command.Title),
        AlertText.Body(string.IsNullOrWhiteSpace(command.Source) ? command.Text ?? string.Empty : $"{AlertText.Title(command.Source)}: {command.Text}"),
        string.IsNullOrWhiteSpace(command.SessionId) ? null : AlertText.Title(command.SessionId),
        OpensKey: string.IsNullOrWhiteSpace(command.Key) ? null : $"{Rule}/{AlertText.Cut(AlertText.Title(command.Key), LongestKey)}",
        OpenFor: KeyIsOpenFor);
}

/// <summary>The answer of <c>POST /alerts</c>: 201 for a new alert, 200 for the open one of the same key.</summary>
public sealed record RaisedAlert(string AlertId);
