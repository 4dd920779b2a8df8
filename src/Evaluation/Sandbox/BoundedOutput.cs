using System.Text;

namespace MolEngine.Evaluation.Sandbox;

/// <summary>
/// Keeps the beginning of what a process writes and reads the rest away, so that it is never blocked.
/// </summary>
internal sealed class BoundedOutput(int most)
{
    private readonly StringBuilder _text = new();
    private long _dropped;

    /// <summary>What was kept, with a line that says so where something was dropped.</summary>
    public string Text
    {
        get
        {
            lock (_text)
                return _dropped == 0 ? _text.ToString() : $"{_text}\n[and {_dropped:N0} characters more]";
        }
    }

    /// <summary>All of a stream up to a number of characters.</summary>
    public static async Task<string> ReadAsync(StreamReader stream, int most)
    {
        var output = new BoundedOutput(most);
        await output.ReadAsync(stream).ConfigureAwait(false);
        return output.Text;
    }

    /// <summary>Reads a stream to its end.</summary>
    public async Task ReadAsync(StreamReader stream)
    {
        char[] buffer = new char[4096];
        for (int read; (read = await stream.ReadAsync(buffer).ConfigureAwait(false)) > 0;)
        {
            lock (_text)
            {
                int kept = Math.Min(read, most - _text.Length);
                _text.Append(buffer, 0, kept);
                _dropped += read - kept;
            }
        }
    }
}
