using System.Security.Cryptography;
using System.Text;

namespace MolEngine.Evaluation.Harness;

/// <summary>Names of logs that tell what they hold apart.</summary>
public static class LogName
{
    private const int HashLength = 8;

    /// <summary>A task's name with a hash of all that its answers depend on.</summary>
    public static string Of(PreparedTask task, IReadOnlyDictionary<string, string> identity)
    {
        IEnumerable<string> values = identity.Select(i => $"{i.Key}={i.Value}").Order(StringComparer.Ordinal);
        string all = string.Join('\n', values);
        string hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(all)));
        return $"{task.Choice.Id}-{hash[..HashLength]}.jsonl";
    }
}
