using System.Text;

namespace MolEngine.Engine.Tokenization;

/// <summary>
/// The slow path of normalisation: decomposes, orders and, where the form asks for it, composes one stretch of text at
/// a time.
/// </summary>
internal sealed class NfcSegment(int capacity, UnicodeForm form = UnicodeForm.Nfc)
{
    private readonly bool _compatibility = form is UnicodeForm.Nfkc or UnicodeForm.Nfkd;
    private readonly bool _composes = form is UnicodeForm.Nfc or UnicodeForm.Nfkc;
    private readonly List<(int CodePoint, int Rank)> _chars = [];
    private byte[] _output = new byte[capacity + 16];
    private int _length;

    public ReadOnlySpan<byte> Written => _output.AsSpan(0, _length);

    public void Append(ReadOnlySpan<byte> text)
    {
        Reserve(text.Length);
        text.CopyTo(_output.AsSpan(_length));
        _length += text.Length;
    }

    public void AppendNormalized(ReadOnlySpan<byte> text)
    {
        _chars.Clear();
        for (int at = 0; at < text.Length;)
        {
            Decompose(Utf8.Decode(text, at, out int length));
            at += length;
        }

        Order();
        int count = _composes ? Compose() : _chars.Count;
        for (int i = 0; i < count; i++)
        {
            Reserve(4);
            _length += new Rune(_chars[i].CodePoint).EncodeToUtf8(_output.AsSpan(_length));
        }
    }

    private void Decompose(int codePoint)
    {
        if (_compatibility && NfcData.CompatibilityDecomposition(codePoint) is int[] compatible)
        {
            foreach (int part in compatible)
                _chars.Add((part, NfcData.Flags(part) & NfcData.RankMask));
            return;
        }

        if (Hangul.TryDecompose(codePoint, out int l, out int v, out int t))
        {
            _chars.Add((l, 0));
            _chars.Add((v, 0));
            if (t != 0)
                _chars.Add((t, 0));
            return;
        }

        if (NfcData.Decomposition(codePoint) is not int[] parts)
        {
            _chars.Add((codePoint, NfcData.Flags(codePoint) & NfcData.RankMask));
            return;
        }

        foreach (int part in parts)
            _chars.Add((part, NfcData.Flags(part) & NfcData.RankMask));
    }

    /// <summary>Sorts each run of marks by rank, stably; in n log n, for text made to hurt.</summary>
    private void Order()
    {
        for (int start = 0; start < _chars.Count;)
        {
            int end = start;
            bool ordered = true;
            for (; end < _chars.Count && _chars[end].Rank != 0; end++)
                ordered &= end == start || _chars[end - 1].Rank <= _chars[end].Rank;
            if (!ordered)
            {
                (int CodePoint, int Rank)[] run = [.. _chars[start..end].OrderBy(c => c.Rank)];
                for (int i = 0; i < run.Length; i++)
                    _chars[start + i] = run[i];
            }

            start = end + 1;
        }
    }

    /// <summary>Composes in place; returns how many characters are left (UAX #15, D117).</summary>
    private int Compose()
    {
        int count = 0, starter = -1, lastRank = 0;
        for (int i = 0; i < _chars.Count; i++)
        {
            (int c, int rank) = _chars[i];
            bool blocked = starter < 0 || (lastRank != 0 && lastRank >= rank);
            if (!blocked && Pair(_chars[starter].CodePoint, c) is int composite)
            {
                _chars[starter] = (composite, 0);
                continue;
            }

            if (rank == 0)
                starter = count;
            lastRank = rank;
            _chars[count++] = (c, rank);
        }

        return count;
    }

    private static int? Pair(int first, int second) =>
        Hangul.Compose(first, second) ?? NfcData.Composition(first, second);

    private void Reserve(int more)
    {
        if (_length + more > _output.Length)
            Array.Resize(ref _output, Math.Max(_length + more, _output.Length * 2));
    }
}
