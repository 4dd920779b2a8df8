using System.Globalization;

namespace MolEngine.Support;

/// <summary>A request that a <see cref="FakeHub"/> got.</summary>
/// <param name="Path">Without escapes.</param>
/// <param name="RawPath">As it came.</param>
public sealed record FakeRequest(
    string Method, string Path, string RawPath, IReadOnlyDictionary<string, string> Headers)
{
    public string Host => Headers["Host"].Split(':')[0];

    public string? Token => Headers.GetValueOrDefault("Authorization");

    /// <summary>The first byte that is asked for; null asks for all.</summary>
    public int? From => Headers.TryGetValue("Range", out string? range)
        ? int.Parse(range.AsSpan("bytes=".Length, range.IndexOf('-') - "bytes=".Length), CultureInfo.InvariantCulture)
        : null;

    /// <summary>Whether it asks for the bytes of a file, of whatever host.</summary>
    public bool IsOfBytes(string file) =>
        Method == "GET" && (Path == $"/cdn/{file}" || Path.EndsWith($"/{file}", StringComparison.Ordinal)
            && Path.Contains("/resolve/", StringComparison.Ordinal));
}
