using System.Diagnostics;

namespace AlgoStack.BrokerRouting.Brokers;

/// <summary>Text that is shown to its venue and to nobody else: not in logs, not in messages, not in a debugger's window.</summary>
[DebuggerDisplay("***")]
internal sealed class Secret(string text)
{
    public string Reveal() => text;

    public override string ToString() => "***";
}
