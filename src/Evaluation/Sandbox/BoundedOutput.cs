using System.Text;

namespace MolEngine.Evaluation.Sandbox;

/// <summary>
/// Keeps the beginning of what a process writes and reads the rest away, so that it is never blocked.
/// </summary>
internal sealed class BoundedOutput(int most)
{
    private readonly StringBuilder _text = new();

    /// <summary>What was kept, with a line that says so where something was dropped.</summary>
    public string Text
    {
        get
        {
            lock (_text)
                return _text.ToString();
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
                _text.Append(buffer, 0, Math.Min(read, most - _text.Length));
        }
    }
}
