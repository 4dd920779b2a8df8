namespace MolEngine.Engine.Tokenization;

/// <summary>All that one running Encode changes: buffers that stay allocated, and the cache of pieces.</summary>
internal sealed class EncodeScratch
{
    // A scratch that a huge text has blown up is not kept.
    private const int LargestKept = 1 << 22;

    public PieceCache Cache { get; } = new();

    public PriorityQueue<int, long> Heap { get; } = new();

    public List<int> Ids { get; } = [];

    /// <summary>Ends of pieces, of the stage at work and of the one before it.</summary>
    public List<int> Ends { get; private set; } = [];

    public List<int> EarlierEnds { get; private set; } = [];

    public byte[] Text { get; private set; } = [];

    public int[] Symbols { get; private set; } = [];

    public int[] Ranks { get; private set; } = [];

    public int[] Next { get; private set; } = [];

    public int[] Previous { get; private set; } = [];

    public bool WorthKeeping =>
        Text.Length <= LargestKept && Symbols.Length <= LargestKept && Ids.Capacity <= LargestKept;

    public void SwapEnds()
    {
        (Ends, EarlierEnds) = (EarlierEnds, Ends);
        Ends.Clear();
    }

    /// <summary>The text in UTF-8; a lone surrogate becomes U+FFFD.</summary>
    public ReadOnlySpan<byte> ToUtf8(ReadOnlySpan<char> text)
    {
        int most = System.Text.Encoding.UTF8.GetMaxByteCount(text.Length);
        if (Text.Length < most)
            Text = new byte[Math.Max(most, Math.Min(2 * Text.Length, Array.MaxLength))];
        return Text.AsSpan(0, System.Text.Encoding.UTF8.GetBytes(text, Text));
    }

    /// <summary>Makes room for a piece of so many bytes.</summary>
    public void Reserve(int length)
    {
        if (Symbols.Length >= length)
            return;
        int capacity = Math.Max(length, Math.Max(64, 2 * Symbols.Length));
        Symbols = new int[capacity];
        Ranks = new int[capacity];
        Next = new int[capacity];
        Previous = new int[capacity];
    }
}
