using System.Text;

namespace MolEngine.Engine.Generation;

/// <summary>Looks for texts that end a stream, character by character.</summary>
internal sealed class StopTexts
{
    private readonly IReadOnlyList<string> _stops;
    private readonly StringBuilder _held = new();

    public StopTexts(IReadOnlyList<string> stops)
    {
        if (stops.Any(string.IsNullOrEmpty))
            throw new ArgumentException("stop texts: expected texts of at least one character, got an empty one");
        _stops = stops;
    }

    /// <summary>The one that has come; null where none has.</summary>
    public string? Found { get; private set; }

    /// <summary>Takes text in; returns what can be given out: neither a stop text nor what may become one.</summary>
    public string Append(string text)
    {
        if (_stops.Count == 0 || Found is not null)
            return Found is null ? text : "";
        var shown = new StringBuilder();
        foreach (char c in text)
        {
            _held.Append(c);
            string held = _held.ToString();
            Found = _stops.Where(s => held.EndsWith(s, StringComparison.Ordinal)).MaxBy(s => s.Length);
            int kept = Found is null ? Open(held) : Found.Length;
            shown.Append(held, 0, held.Length - kept);
            _held.Remove(0, held.Length - kept);
            if (Found is not null)
                break;
        }

        return shown.ToString();
    }

    /// <summary>What is held back: no more text comes.</summary>
    public string Finish()
    {
        string held = _held.ToString();
        _held.Clear();
        return held;
    }

    /// <summary>Characters at the end that some stop text begins with: the most.</summary>
    private int Open(string held)
    {
        for (int start = 0; start < held.Length; start++)
        {
            ReadOnlySpan<char> tail = held.AsSpan(start);
            foreach (string stop in _stops)
            {
                if (stop.AsSpan().StartsWith(tail, StringComparison.Ordinal))
                    return tail.Length;
            }
        }

        return 0;
    }
}
