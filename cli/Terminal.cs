using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Spectre.Console;

namespace AlgoStack.Cli;

/// <summary>
/// Where a command speaks: a person is shown progress as it moves, a script plain lines, and with <c>--json</c> standard
/// output holds JSON alone.
/// </summary>
internal sealed class Terminal
{
    private static readonly JsonSerializerOptions JsonFormat = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.Never,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly bool _canDraw;

    public Terminal(TextWriter output, TextWriter error, bool canDraw = false)
    {
        Output = output;
        Error = error;
        _canDraw = canDraw;
    }

    public TextWriter Output { get; }

    public TextWriter Error { get; }

    public bool Json { get; private init; }

    /// <summary>Whether somebody looks who would rather see a bar move than lines pass.</summary>
    public bool IsWatched => _canDraw && !Json;

    public static Terminal OfProcess() =>
        new(Console.Out, Console.Error, !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("TERM") is not "dumb");

    public Terminal WithJson(bool json) => new(Output, Error, _canDraw) { Json = json };

    /// <summary>One line for people; nothing with <c>--json</c>.</summary>
    public void Line(string text = "")
    {
        if (!Json) Output.WriteLine(text);
    }

    /// <summary>What is no result: progress and warnings.</summary>
    public void Note(string text)
    {
        if (!Json) Error.WriteLine(text);
    }

    /// <summary>The result as JSON on one line, with <c>--json</c> alone.</summary>
    public void Result<T>(T result)
    {
        if (Json) Output.WriteLine(JsonSerializer.Serialize(result, JsonFormat));
    }

    public int Fail(int exitCode, string message)
    {
        Error.WriteLine($"algo: {message}");
        Result(new { exitCode, error = message });
        return exitCode;
    }

    /// <summary>A Spectre console on standard output, for tables and progress.</summary>
    public IAnsiConsole Ansi()
    {
        var ansi = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = _canDraw ? AnsiSupport.Detect : AnsiSupport.No,
            Interactive = _canDraw ? InteractionSupport.Detect : InteractionSupport.No,
            Out = new AnsiConsoleOutput(Output),
        });
        // What is no screen has no edge to break a row at.
        if (!_canDraw) ansi.Profile.Width = 500;
        return ansi;
    }
}
