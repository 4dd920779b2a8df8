namespace MolEngine.Engine.Tokenization;

/// <summary>
/// Where a piece of characters may be cut without changing its tokens: between two known characters that stand side by
/// side in no token that merges make. Tokenizers without a pre-tokenizer give the model whole texts; cut at such seams
/// they are words, most of which were met before.
/// </summary>
internal sealed class BpeSeams
{
    // 128 KiB. Two pairs in one place only make a seam go unused.
    private const int Bits = 20;

    private readonly ulong[] _joined = new ulong[1 << (Bits - 6)];
    private readonly BpeAtoms _atoms;

    /// <param name="merged">The spellings of all tokens that merges make.</param>
    public BpeSeams(BpeAtoms atoms, IEnumerable<string> merged)
    {
        _atoms = atoms;
        foreach (string token in merged)
        {
            int last = -1;
            for (int at = 0; at < token.Length;)
            {
                int c = RegexClassTranslator.CodePoint(token, at, out int length);
                at += length;
                if (last >= 0)
                    _joined[Slot(last, c) >> 6] |= 1UL << (Slot(last, c) & 63);
                last = c;
            }
        }
    }

    /// <summary>The first seam behind <paramref name="start"/>; <paramref name="end"/> where there is none.</summary>
    public int Next(ReadOnlySpan<byte> text, int start, int end)
    {
        int last = Utf8.Decode(text, start, out int length);
        for (int at = start + length; at < end; at += length)
        {
            int c = Utf8.Decode(text, at, out length);
            int slot = Slot(last, c);
            bool joined = (_joined[slot >> 6] & (1UL << (slot & 63))) != 0;
            if (!joined && _atoms.Id(last) >= 0 && _atoms.Id(c) >= 0)
                return at;
            last = c;
        }

        return end;
    }

    private static int Slot(int first, int second) =>
        (int)(((((ulong)first << 21) | (uint)second) * 0x9E3779B97F4A7C15) >> (64 - Bits));
}
