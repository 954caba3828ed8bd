using AlgoStack.BarFiles;
using AlgoStack.Contracts.MarketData;
using AlgoStack.Ingestion.Feeds;
using AlgoStack.Ingestion.Tape.Kinds;
using AlgoStack.ServiceDefaults.Idempotency;
using AlgoStack.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AlgoStack.Ingestion.Imports;

/// <summary><c>POST /imports</c>: puts a file on the tape as a session of its own, and announces nothing.</summary>
internal static class StartImportEndpoint
{
    public static async Task<Results<Accepted<SessionStatus>, ProblemHttpResult>> HandleAsync(
        StartImport import, IdempotencyKey? key, SessionStore sessions, ImportRunner runner, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (Refuse(import) is { } refusal) return refusal;

        var sessionId = SessionId.New("import", key, clock.GetUtcNow());
        if (key is null || await sessions.FindAsync(sessionId, cancellationToken) is null) await sessions.AddImportAsync(sessionId, import, cancellationToken);
        runner.Take(new UnfinishedImport(sessionId, import));
        return TypedResults.Accepted($"/sessions/{sessionId}", await sessions.FindAsync(sessionId, cancellationToken));
    }

    // What can be told without reading the file is told at once.
    private static ProblemHttpResult? Refuse(StartImport import)
    {
        if (TapeKinds.Find(import.Kind) is not { } kind)
        {
            return Problem.Invalid(
                "kind_unknown", $"Kind: expected {string.Join(", ", TapeKinds.All.Select(k => k.Name))}, found '{import.Kind}'.");
        }

        if (StartReplayEndpoint.RefuseSource(import.File, import.Timeframe, import.Venue) is { } refusal) return refusal;

        try
        {
            DelimitedFile.Open(import.File, kind.Shape).Dispose();
            return null;
        }
        catch (BarFileException e)
        {
            return Problem.Invalid(e.Code, e.Message);
        }
    }
}
