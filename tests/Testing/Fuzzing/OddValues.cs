using System.Text;

namespace AlgoStack.Testing.Fuzzing;

/// <summary>What nobody expects, in the places where somebody may put it.</summary>
internal static class OddValues
{
    /// <summary>To be percent-encoded in an address.</summary>
    public static readonly string[] Texts =
    [
        "", " ", "0", "-1", "1", "true", "null", "undefined", "NaN", "Infinity", "1e309", "-1e309", "0x10", "1.5", "1,5", "٣",
        "9223372036854775808", "-9223372036854775809", "99999999999999999999999999999999999999999", "79228162514264337593543950336", "2147483648",
        "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.9999999Z", "9999-99-99", "2024-02-30T00:00:00Z", "2024-01-01T00:00:00+14:00", "253402300800", "-62135596801", "2024-01-01",
        "'; drop table x; --", "%s%n", "${jndi:x}", "<script>", "../../../../etc/passwd", "..", ".", "a/b", "a\\b", "a?b#c", "{}", "[]", "\"", "*", "_", "%",
        "\0", "a\0b", "\u202e\u0007", "\ufeff", "\U0001f4a5", "é", "e\u0301", "A.B", ".A", "A.", "SP500-2000", "00000000-0000-0000-0000-000000000000",
        new('a', 300), new('9', 400), string.Concat(Enumerable.Repeat("é", 2_000)),
    ];

    /// <summary>To stand in an address as they are.</summary>
    public static readonly string[] Escapes = ["%00", "%ff%fe", "%ED%A0%80", "%c0%af", "%", "%zz", "%2", "%2e%2e%2f%2e%2e%2f", "%0d%0aX-Odd:%20x", "%F4%90%80%80", "+", ";", "&&=&"];

    /// <summary>To stand in JSON as they are; not all of them are JSON.</summary>
    public static readonly string[] Json =
    [
        "null", "true", "0", "-1", "1.5", "1e400", "-1e400", "1e-400", "99999999999999999999999999999999999999999", "79228162514264337593543950336", "0.00000000000000000000000000000000000001",
        "9223372036854775808", "2147483648", "\"\"", "\" \"", "\"x\"", "\"NaN\"", "NaN", "Infinity", "01", "+1", "'x'", "{}", "[]", "[[]]", "[null]", "{\"\":null}", "\"\\u0000\"", "\"a\\u0000b\"",
        "\"\\ud800\"", "\"\\udc00\\ud800\"", "\"\\x\"", "\"0001-01-01T00:00:00Z\"", "\"9999-12-31T23:59:59.9999999Z\"", "\"9999-99-99\"", "\"1e999\"", "\"-5\"", "\"../../etc/passwd\"",
        "/* */ 1", "", $"\"{new string('a', 100_000)}\"", new string('9', 5_000), Nested(100), Nested(5_000), $"[{string.Join(',', Enumerable.Repeat("0", 20_000))}]",
    ];

    public static readonly string[] ContentTypes =
        ["text/plain", "application/xml", "application/x-www-form-urlencoded", "multipart/form-data", "application/json; charset=utf-16", "application/json; charset=none", "application", "*/*", "application/json, text/plain", ""];

    /// <summary>Whole lines of a request's head, as bytes of Latin-1.</summary>
    public static readonly string[] Headers =
    [
        "Accept: nothing/at-all", "Accept: ;;;", "Accept: application/vnd.algostack.bars", "Accept-Encoding: none;q=9", "Accept-Language: \u00ff\u00fe", "Range: bytes=5-1", "Range: bytes=0-0", "If-None-Match: *", "If-Match: \"x\"",
        "If-Modified-Since: never", "traceparent: 00-zz-zz-00", "traceparent: 00-00000000000000000000000000000000-0000000000000000-00", "baggage: =;=,,", "Cookie: =; ;a=b;__Host-x=\u00e9", "X-Forwarded-For: \u00ff, 999.1.1.1",
        "X-Forwarded-Proto: gopher", "X-HTTP-Method-Override: DELETE", "Content-Encoding: gzip", "Expect: 100-continue", "Expect: 200-maybe", "Upgrade: websocket", "Origin: null", "Idempotency-Key: ", "Idempotency-Key: a b", "Idempotency-Key: \u00e9",
        $"Idempotency-Key: {new string('k', 256)}", "Idempotency-Key: one\r\nIdempotency-Key: two", $"X-Odd: {new string('x', 8_000)}", "X-Odd:", "X-Odd: \u0001", "Content-Language: \u00ff", "TE: trailers", "Max-Forwards: -1", "Last-Event-ID: -5", "Forwarded: for=\"",
    ];

    public static readonly string[] Methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "QUERY"];

    private static string Nested(int depth) => new StringBuilder().Append('[', depth).Append(']', depth).ToString();
}
