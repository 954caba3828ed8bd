using System.Globalization;
using Aspire.Hosting.ApplicationModel;
using Npgsql;

namespace Aspire.Hosting.Running;

/// <summary>The variables in which Aspire hands a connection over: whole, and splat into its parts.</summary>
internal static class ConnectionVariables
{
    public static string Prefix(string name) => name.ToUpperInvariant().Replace('-', '_');

    public static IEnumerable<KeyValuePair<string, string>> Of(IResourceWithConnectionString source, string name, string connectionString)
    {
        yield return new($"ConnectionStrings__{name}", connectionString);
        var parts = source switch
        {
            PostgresServerResource or PostgresDatabaseResource => OfPostgres(new NpgsqlConnectionStringBuilder(connectionString)),
            RabbitMQServerResource => OfRabbitMQ(new Uri(connectionString)),
            _ => [],
        };
        foreach (var (part, value) in parts) yield return new($"{Prefix(name)}_{part}", value);
    }

    private static IEnumerable<(string Part, string Value)> OfPostgres(NpgsqlConnectionStringBuilder connection)
    {
        var (user, password) = (connection.Username ?? "", connection.Password ?? "");
        var server = $"postgresql://{Uri.EscapeDataString(user)}:{Uri.EscapeDataString(password)}@{connection.Host}:{connection.Port}";
        yield return ("HOST", connection.Host ?? "");
        yield return ("PORT", connection.Port.ToString(CultureInfo.InvariantCulture));
        yield return ("USERNAME", user);
        yield return ("PASSWORD", password);
        yield return ("URI", connection.Database is { } database ? $"{server}/{Uri.EscapeDataString(database)}" : server);
        if (connection.Database is not null) yield return ("DATABASE", connection.Database);
    }

    private static IEnumerable<(string Part, string Value)> OfRabbitMQ(Uri uri)
    {
        var user = uri.UserInfo.Split(':', 2);
        yield return ("HOST", uri.Host);
        yield return ("PORT", uri.Port.ToString(CultureInfo.InvariantCulture));
        yield return ("USERNAME", Uri.UnescapeDataString(user[0]));
        yield return ("PASSWORD", Uri.UnescapeDataString(user.ElementAtOrDefault(1) ?? ""));
        yield return ("URI", uri.OriginalString);
    }
}
