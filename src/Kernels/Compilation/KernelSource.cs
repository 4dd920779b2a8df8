using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace MolEngine.Kernels.Compilation;

/// <summary>A CUDA C++ source with the headers it includes, directly or not.</summary>
/// <param name="Name">Without folder and extension: "adamw".</param>
/// <param name="Headers">Name and text of each, sorted by name.</param>
public sealed partial record KernelSource(
    string Name, string Text, IReadOnlyList<(string Name, string Text)> Headers)
{
    /// <summary>The name of the file, as errors and debuggers show it.</summary>
    public string FileName => $"kernels/{Name}.cu";

    /// <summary>Finds the headers of a source.</summary>
    /// <param name="read">The text of a header; null where there is none of that name.</param>
    /// <exception cref="FileNotFoundException">A header is not among the kernels'.</exception>
    public static KernelSource Resolve(string name, string text, Func<string, string?> read)
    {
        var headers = new SortedDictionary<string, string>(StringComparer.Ordinal);
        Collect($"kernels/{name}.cu", text);
        return new KernelSource(name, text, [.. headers.Select(h => (h.Key, h.Value))]);

        void Collect(string file, string content)
        {
            foreach (Match include in Include().Matches(content))
            {
                string header = include.Groups[1].Value;
                if (headers.ContainsKey(header))
                    continue;
                headers[header] = read(header) ?? throw new FileNotFoundException(
                    $"{file}: include: expected a header beside it, got \"{header}\"");
                Collect($"kernels/{header}", headers[header]);
            }
        }
    }

    /// <summary>SHA-256, in hexadecimal, of the source, its headers, the options and whatever else is named.</summary>
    public string Hash(CompileOptions options, string more = "")
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Put(FileName);
        Put(Text);
        foreach ((string name, string text) in Headers)
        {
            Put(name);
            Put(text);
        }

        foreach (string argument in options.Arguments)
            Put(argument);
        Put(more);
        return Convert.ToHexStringLower(hash.GetHashAndReset());

        // Each part is closed, so that no two lists of parts are one text.
        void Put(string part)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(part));
            hash.AppendData([0]);
        }
    }

    [GeneratedRegex("""^[ \t]*#[ \t]*include[ \t]+"([^"]+)""", RegexOptions.Multiline)]
    private static partial Regex Include();
}
