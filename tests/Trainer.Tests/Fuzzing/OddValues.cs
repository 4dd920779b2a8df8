namespace MolEngine.Trainer.Tests.Fuzzing;

/// <summary>What a damaged or hostile file has in place of a value.</summary>
internal static class OddValues
{
    /// <summary>As JSON has them, and some that it cannot have.</summary>
    public static IReadOnlyList<string> Json { get; } =
    [
        "null", "true", "false", "{}", "[]", "[[]]", "[{}]", "[null]", "{\"a\": null}", "{\"\": []}", "[1, \"a\", {}]",
        "0", "-0", "-1", "1", "1.5", "-1e-400", "1e308", "1e400", "NaN", "-Infinity", "2147483647", "-2147483648",
        "9223372036854775807", "99999999999999999999", "\"\"", "\" \"", "\"a\"", "\"7\"", "\"null\"", "\"\\u0000\"",
        "\"a\\u0000b.safetensors\"", "\"\\ud800\"", "\"\\udc00\\ud800\"", "{\"\\ud800\": 1}",
        "\"../../../etc/hostname\"",
        "\"/\"", "\".\"", "\"%s{0}\"", "\"{{ x }}\"", "\"{% for a in b %}\"", "\"[red]\"", "\"(a+)+$\"", "\"(a|a)*b\"",
        "\"\\\\p{L}{1000}{1000}\"", "\"\ufffd\u202e\"", $"\"{new string('(', 5000)}\"",
        $"\"{new string('x', 100_000)}\"",
        Nested("[", "]", 70), Nested("[", "]", 20_000), Nested("{\"a\":", "1}", 200), Nested("{\"a\":[", "]}", 20_000),
        $"\"{{{{ {new string('(', 3000)}1{new string(')', 3000)} }}}}\"", $"\"{{{{ {new string('-', 5000)}1 }}}}\"",
        $"\"{string.Concat(Enumerable.Repeat("{% if a %}", 3000))}\"", "\"2026-13-45T99:99:99\"",
        "\"last 999999999999\"",
    ];

    /// <summary>Those that YAML alone has.</summary>
    public static IReadOnlyList<string> Yaml { get; } =
    [
        "&a [*a]", "&a {b: *a}", "*nothing", "&a [&b [*a, *b]]", "!!binary x", "!<tag:x> y", "|", ">", "? a", "- a",
        "\"\\0\"", "\"\\ud800\"", "'", "\"", "{", "[", "{a: b, a: c}", "{<<: {a: b}}", "<<", "~", "yes", "0o7",
        "0x7fffffffffffffff", ".inf", ".nan", "1_000", "2026-01-01", "12:30:45", "@", "`", "%", "#", ": :", "\t",
        "{? [a]: b}", "[a, ? b]",
        "[&a [x, x, x, x, x, x, x, x], &b [*a, *a, *a, *a, *a, *a, *a], &c [*b, *b, *b, *b, *b, *b], [*c, *c, *c]]",
        Nested("{a: ", "}", 5000), Nested("- ", "", 5000), Nested("? ", "", 5000), new string('&', 5000),
        new string('a', 5000) + ": b",
        new string('[', 50_000), new string('{', 50_000), "\"" + new string('\\', 50_001),
    ];

    private static string Nested(string open, string close, int levels) =>
        string.Concat(Enumerable.Repeat(open, levels)) + string.Concat(Enumerable.Repeat(close, levels));
}
