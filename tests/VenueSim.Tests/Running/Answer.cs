using System.Globalization;
using System.Net;
using System.Text.Json;

namespace AlgoStack.VenueSim.Tests.Running;

/// <param name="Json">Undefined where the body is none.</param>
internal sealed record Answer(HttpStatusCode Status, JsonElement Json, string Text)
{
    public long Code => Json.GetProperty("code").GetInt64();

    public string? this[string member] => Json.GetProperty(member).GetString();

    public decimal Number(string member) => decimal.Parse(this[member]!, CultureInfo.InvariantCulture);
}
