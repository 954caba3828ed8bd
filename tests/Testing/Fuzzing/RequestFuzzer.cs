using System.Globalization;
using System.Text;
using System.Text.Json;

namespace AlgoStack.Testing.Fuzzing;

/// <summary>Makes requests that are wrong in some way out of an OpenAPI document. The same seed and number make the same request.</summary>
/// <param name="known">
/// Values that lead further in than any guess would, by the parameters' names, or, of those in the path, by what the operation's path begins
/// with up to them.
/// </param>
internal sealed class RequestFuzzer(JsonElement document, int seed, IReadOnlyDictionary<string, string> known)
{
    private const int Deepest = 6;
    private const int Twists = 7;

    private readonly IReadOnlyList<ApiOperation> _operations = ApiOperation.ReadAll(document);

    public int Operations => _operations.Count;

    /// <param name="token">Of who may call the operation.</param>
    public FuzzRequest Make(int number, Func<ApiOperation, string> token)
    {
        var operation = _operations[number % _operations.Count];
        return new Draft(document, operation, new Random(unchecked((seed * 1_000_003) + number)), known).Finish(number, token(operation));
    }

    /// <summary>One request as it comes about.</summary>
    private sealed class Draft(JsonElement document, ApiOperation operation, Random random, IReadOnlyDictionary<string, string> known)
    {
        private readonly List<string> _headers = [];
        private string _method = operation.Method;
        private byte[] _body = [];
        private int? _claimedLength;

        /// <summary>How many values of the body go by until one is replaced.</summary>
        private int _untilOdd = int.MaxValue;

        public FuzzRequest Finish(int number, string token)
        {
            var twist = random.Next(Twists);
            var path = Path(twist == 0);
            var query = Query(twist == 1 || random.Next(4) == 0);
            var takesBody = operation.Body is not null;
            if (takesBody) WriteBody(twist is 2 or 3);
            else if (random.Next(10) == 0) _body = "{}"u8.ToArray();

            var contentType = takesBody && twist == 4 ? Any(OddValues.ContentTypes) : "application/json";
            if (twist == 5) _headers.Add(Any(OddValues.Headers));
            if (twist == 6) TwistTransport();
            if (_body.Length > 0 || takesBody)
            {
                if (contentType.Length > 0) _headers.Add($"Content-Type: {contentType}");
                _headers.Add($"Content-Length: {_claimedLength ?? _body.Length}");
            }

            var head = new StringBuilder().Append(CultureInfo.InvariantCulture, $"{_method} {path}{query} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer ").Append(token).Append("\r\n");
            foreach (var header in _headers) head.Append(header).Append("\r\n");
            head.Append("\r\n");
            return new FuzzRequest(number, operation, _method, [.. Encoding.Latin1.GetBytes(head.ToString()), .. _body], IsWhole: _claimedLength is null);
        }

        private string Path(bool odd)
        {
            var path = operation.Path;
            var parameters = operation.Parameters.Where(p => p.In == "path").ToList();
            var wrong = odd && parameters.Count > 0 ? random.Next(parameters.Count) : -1;
            for (var i = 0; i < parameters.Count; i++)
                path = path.Replace($"{{{parameters[i].Name}}}", i == wrong ? OddInAddress() : Uri.EscapeDataString(Value(parameters[i])), StringComparison.Ordinal);
            if (odd && wrong < 0 && random.Next(3) == 0) path += random.Next(2) == 0 ? "/" + new string('a', 6_000) : "/" + Any(OddValues.Escapes);
            return path;
        }

        private string Query(bool odd)
        {
            var parts = new List<string>();
            foreach (var parameter in operation.Parameters.Where(p => p.In == "query"))
            {
                // What may be left out mostly is.
                if (random.Next(3) == 0) continue;

                parts.Add(odd && random.Next(2) == 0 ? $"{parameter.Name}={OddInAddress()}" : $"{parameter.Name}={Uri.EscapeDataString(Value(parameter))}");
            }

            if (odd && parts.Count > 0 && random.Next(5) == 0) parts.Add(Any(parts));
            if (odd && random.Next(8) == 0) parts.Add($"more={new string('q', 6_000)}");
            if (odd && random.Next(8) == 0) parts.AddRange(Enumerable.Range(0, 1_500).Select(i => $"q{i}"));
            return parts.Count == 0 ? "" : "?" + string.Join('&', parts);
        }

        private string OddInAddress() => random.Next(4) == 0 ? Any(OddValues.Escapes) : Uri.EscapeDataString(Any(OddValues.Texts));

        private string Value(ApiParameter parameter)
        {
            if ((KnownInPath(parameter) ?? known.GetValueOrDefault(parameter.Name)) is { } value && random.Next(4) != 0) return value;

            var json = new StringBuilder();
            Write(json, parameter.Schema, 0, parameter.Name);
            return json.ToString().Trim('"');
        }

        private string? KnownInPath(ApiParameter parameter)
        {
            var name = $"{{{parameter.Name}}}";
            return parameter.In == "path" ? known.GetValueOrDefault(operation.Path[..(operation.Path.IndexOf(name, StringComparison.Ordinal) + name.Length)]) : null;
        }

        private void WriteBody(bool odd)
        {
            if (odd) _untilOdd = random.Next(1, 10);
            var json = new StringBuilder();
            Write(json, operation.Body!.Value, 0, "");
            var text = json.ToString();
            if (odd && random.Next(3) == 0) text = TwistText(text);
            _body = Encoding.UTF8.GetBytes(text);
            // In the middle of it, be it of a text or not.
            if (odd && random.Next(8) == 0 && _body.Length > 2) _body[random.Next(_body.Length)] = 0xff;
        }

        private string TwistText(string text) => random.Next(9) switch
        {
            0 => text[..random.Next(text.Length)],
            1 => "",
            2 => "\ufeff" + text,
            3 => text + "}",
            4 => text.Insert(text.IndexOf('{', StringComparison.Ordinal) + 1, "\"unheardOf\":{\"a\":[1,2]},"),
            5 => text.Replace(":", ":\0", StringComparison.Ordinal),
            6 => $"[{text}]",
            7 => Any(OddValues.Json),
            _ => text.Replace('"', '\''),
        };

        private void TwistTransport()
        {
            switch (random.Next(5))
            {
                case 0: _method = Any(OddValues.Methods); break;
                case 1: _claimedLength = _body.Length + random.Next(1, 100); break;
                case 2: _headers.Add("Content-Length: 3"); _claimedLength ??= _body.Length; break;
                case 3: _headers.Add("Transfer-Encoding: chunked"); _claimedLength ??= _body.Length; break;
                default: _headers.Add("Transfer-Encoding: none"); _claimedLength ??= _body.Length; break;
            }
        }

        /// <summary>Something of the schema, but for the one value whose turn it is.</summary>
        private void Write(StringBuilder json, JsonElement schema, int depth, string name)
        {
            if (_untilOdd != int.MaxValue && _untilOdd-- == 0)
            {
                json.Append(Any(OddValues.Json));
                return;
            }

            schema = Resolve(schema);
            switch (TypeOf(schema))
            {
                case "object" when depth < Deepest: WriteObject(json, schema, depth); break;
                case "array" when depth < Deepest: WriteArray(json, schema, depth); break;
                case "integer": json.Append(random.Next(-1, 200)); break;
                case "number": json.Append(Math.Round(random.NextDouble() * 1_000, 2).ToString(CultureInfo.InvariantCulture)); break;
                case "boolean": json.Append(random.Next(2) == 0 ? "false" : "true"); break;
                case "string": json.Append(JsonSerializer.Serialize(Text(schema, name))); break;
                default: json.Append("null"); break;
            }
        }

        private void WriteObject(StringBuilder json, JsonElement schema, int depth)
        {
            json.Append('{');
            var first = true;
            foreach (var property in schema.TryGetProperty("properties", out var properties) ? properties.EnumerateObject() : default)
            {
                var needed = schema.TryGetProperty("required", out var required) && required.EnumerateArray().Any(r => r.ValueEquals(property.Name));
                if (random.Next(needed ? 20 : 2) == 0) continue;

                if (!first) json.Append(',');
                first = false;
                json.Append(JsonSerializer.Serialize(property.Name)).Append(':');
                Write(json, property.Value, depth + 1, property.Name);
            }

            json.Append('}');
        }

        private void WriteArray(StringBuilder json, JsonElement schema, int depth)
        {
            json.Append('[');
            for (var (i, count) = (0, random.Next(4)); i < count; i++)
            {
                if (i > 0) json.Append(',');
                if (schema.TryGetProperty("items", out var items)) Write(json, items, depth + 1, "");
                else json.Append('0');
            }

            json.Append(']');
        }

        private string Text(JsonElement schema, string name)
        {
            if (known.TryGetValue(name, out var value) && random.Next(4) != 0) return value;
            if (schema.TryGetProperty("enum", out var values)) return Any(values.EnumerateArray().Select(v => v.ToString()).ToList());

            return (schema.TryGetProperty("format", out var format) ? format.GetString() : "") switch
            {
                "date-time" => new DateTimeOffset(1990 + random.Next(40), 1 + random.Next(12), 1 + random.Next(28), 0, 0, 0, TimeSpan.Zero).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
                "date" => string.Create(CultureInfo.InvariantCulture, $"{1990 + random.Next(40)}-0{1 + random.Next(9)}-1{random.Next(9)}"),
                "uuid" => new Guid(random.Next(), 0, 0, 0, 0, 0, 0, 0, 0, 0, 1).ToString(),
                _ => random.Next(5) == 0 ? Any(OddValues.Texts) : $"x{random.Next(1_000)}",
            };
        }

        private JsonElement Resolve(JsonElement schema)
        {
            while (true)
            {
                if (schema.TryGetProperty("$ref", out var reference)) schema = reference.GetString()!.Split('/').Skip(1).Aggregate(document, (node, part) => node.GetProperty(part));
                else if (schema.TryGetProperty("oneOf", out var several) || schema.TryGetProperty("anyOf", out several)) schema = Any(several.EnumerateArray().ToList());
                else return schema;
            }
        }

        private string TypeOf(JsonElement schema)
        {
            if (!schema.TryGetProperty("type", out var type)) return schema.TryGetProperty("enum", out _) ? "string" : "null";

            return type.ValueKind == JsonValueKind.Array ? Any(type.EnumerateArray().ToList()).GetString()! : type.GetString()!;
        }

        private T Any<T>(IReadOnlyList<T> values) => values[random.Next(values.Count)];
    }
}

/// <param name="Method">That it is sent with.</param>
/// <param name="IsWhole">Whether its body is as its head says, so that it must be answered.</param>
internal sealed record FuzzRequest(int Number, ApiOperation Operation, string Method, byte[] Bytes, bool IsWhole);
