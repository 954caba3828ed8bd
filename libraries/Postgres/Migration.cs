using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace AlgoStack.Postgres;

/// <summary>Where numbered migrations come from: embedded resources <c>{folder}/NNNN_name.sql</c> of an assembly.</summary>
/// <param name="Name">Told apart by this in the table of what was applied.</param>
/// <param name="Form">Another form of the same migrations, such as other types of columns; null for the files as they are.</param>
public sealed record MigrationSource(string Name, Assembly Assembly, string Folder, MigrationForm? Form = null);

/// <summary>A form that all migrations of a source take, from the first one on.</summary>
/// <param name="Name">Kept with what was applied, as <c>NNNN_name.form</c>.</param>
/// <param name="Rewrite">From a file's text to what is applied.</param>
public sealed record MigrationForm(string Name, Func<string, string> Rewrite);

/// <summary>The database and the code do not agree on the schema; the message says on what.</summary>
public sealed class MigrationException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>One numbered step of a schema. Comments at its beginning may say how it is to be taken:</summary>
/// <param name="Needs">
/// <c>-- contract: needs 0004</c>: it takes away what versions that do not know migration 4 of its source still use. 0 for
/// one that only adds, which every version may run on.
/// </param>
/// <param name="IsOutsideTransaction">
/// <c>-- outside a transaction</c>: statement by statement, as <c>create index concurrently</c> asks for. Each ends its
/// line, and must be fit to be repeated.
/// </param>
internal sealed partial record Migration(
    string Source, int Number, string Name, string Sql, string Checksum, int Needs, bool IsOutsideTransaction)
{
    private const string Contract = "-- contract: needs ";
    private const string Outside = "-- outside a transaction";

    /// <summary>Migrations of a source, in order. Numbers may have gaps.</summary>
    /// <exception cref="MigrationException">One is misnamed, takes another's number, or takes something away and does not say so.</exception>
    public static SortedDictionary<int, Migration> ReadAll(MigrationSource source)
    {
        var found = new SortedDictionary<int, Migration>();
        var marker = $".{source.Folder}.";
        foreach (var resource in source.Assembly.GetManifestResourceNames())
        {
            var at = resource.IndexOf(marker, StringComparison.Ordinal);
            if (at < 0 || !resource.EndsWith(".sql", StringComparison.Ordinal)) continue;

            using var reader = new StreamReader(source.Assembly.GetManifestResourceStream(resource)!, Encoding.UTF8);
            var (name, sql) = (resource[(at + marker.Length)..^".sql".Length], reader.ReadToEnd());
            if (source.Form is { } form) (name, sql) = ($"{name}.{form.Name}", form.Rewrite(sql));
            var migration = Parse(source.Name, name, sql);
            if (!found.TryAdd(migration.Number, migration))
                throw new MigrationException($"Migration {resource}: number {migration.Number} is taken by {found[migration.Number].Name}.");
        }

        return found;
    }

    public static Migration Parse(string source, string name, string sql)
    {
        if (!int.TryParse(name.Split('_')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            throw new MigrationException($"Migration {name} of {source}: expected NNNN_name.sql.");

        sql = sql.ReplaceLineEndings("\n");
        var header = sql.Split('\n').TakeWhile(line => line.StartsWith("--", StringComparison.Ordinal)).Select(line => line.Trim()).ToList();
        var needs = 0;
        if (header.Find(line => line.StartsWith(Contract, StringComparison.Ordinal)) is { } contract)
        {
            if (!int.TryParse(contract[Contract.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out needs) || needs > number)
                throw new MigrationException($"Migration {name} of {source}: expected '{Contract}' and a number up to its own, found '{contract}'.");
        }
        else if (Removal().Match(WithoutComments(sql)) is { Success: true } removal)
        {
            throw new MigrationException(
                $"Migration {name} of {source}: '{removal.Value}' takes something away; expected a line '{Contract}NNNN' that says which versions do without it.");
        }

        return new Migration(
            source, number, name, sql, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(sql))), needs, header.Contains(Outside));
    }

    /// <summary>What is sent to the server at a time.</summary>
    public IEnumerable<string> Statements() => IsOutsideTransaction
        ? WithoutComments(Sql).Split(";\n").Select(statement => statement.Trim()).Where(statement => statement.Length > 0)
        : [Sql];

    /// <summary>The same in a transaction, for a schema that nobody uses.</summary>
    public string ForScratch() =>
        IsOutsideTransaction ? Sql.Replace(" concurrently ", " ", StringComparison.OrdinalIgnoreCase) : Sql;

    // Comments alone: in a text of SQL two hyphens would be taken for one.
    private static string WithoutComments(string sql) => string.Join('\n', sql.Split('\n').Select(line => line.Split("--")[0].TrimEnd()));

    [GeneratedRegex(
        @"\bdrop\s+(table|column|view|materialized\s+view|sequence|function|type|schema)\b|\brename\s+(to|column|attribute)\b|\balter\s+(column\s+)?\w+\s+(set\s+data\s+)?type\b",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Removal();
}
