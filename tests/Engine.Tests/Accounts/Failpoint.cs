namespace AlgoStack.Engine.Tests.Accounts;

/// <summary>A point on the way of an order at which the process may die, and on which side of it.</summary>
internal readonly record struct Failpoint(string Name, bool IsAfter)
{
    private static readonly string[] Committed =
    [
        "a wish", "a submission", "an acceptance", "a fill", "a doubt", "a finding", "the wish to cancel", "a cancel", "the wish to change", "a change",
        "a gate", "a proof", "a plan", "the stop of a plan", "the end of a plan",
    ];

    private static readonly string[] Asked = ["an order", "a cancel", "a change", "a look-up", "a statement"];

    /// <summary>All there are, each before and after.</summary>
    public static IReadOnlyList<Failpoint> All { get; } =
    [
        .. ((string[])[.. Committed.Select(Commit), .. Asked.SelectMany(what => (string[])[Send(what), CarryOut(what), Answer(what)]), Report])
            .SelectMany(name => (Failpoint[])[new(name, IsAfter: false), new(name, IsAfter: true)]),
    ];

    /// <summary>The venue's own word on an order is taken.</summary>
    public const string Report = "a report is taken";

    public static string Commit(string what) => $"{what} is committed";

    public static string Send(string what) => $"{what} leaves";

    public static string CarryOut(string what) => $"{what} is carried out at the venue";

    public static string Answer(string what) => $"the answer to {what} is taken";

    public override string ToString() => $"{(IsAfter ? "after" : "before")} {Name}";
}
