using System.Runtime.InteropServices;
using System.Text;

namespace MolEngine.Engine.Tokenization;

/// <summary>
/// From ids to the bytes of their text, one id at a time. Bytes are given out once no later id can change them. Ids
/// without a token, such as those above the tokenizer's in a padded vocabulary, are nothing. Not thread-safe.
/// </summary>
internal sealed class TokenDecoder(TokenTable tokens, bool skipSpecialTokens)
{
    private readonly byte[] _strip = Encoding.UTF8.GetBytes(tokens.Decoding.StripContent.ToString());

    // Bytes of ByteFallback: whether they are characters is known only when their run is over.
    private readonly List<byte> _run = [];
    private bool _started;
    private int _stripLeft = tokens.Decoding.StripCount;

    public void Append(int id, List<byte> output)
    {
        if (tokens.Spelling(id) is null || (skipSpecialTokens && tokens.IsSpecial(id)))
            return;
        bool first = !_started;
        _started = true;
        ReadOnlySpan<byte> bytes = tokens.Bytes(id, first);
        int value = tokens.Decoding.ByteOf(bytes);
        if (value >= 0)
        {
            _run.Add((byte)value);
            return;
        }

        EndRun(output);
        Write(bytes, output);
    }

    /// <summary>Gives out what is held back; the decoder can then start anew.</summary>
    /// <param name="openEnd">Tells how many bytes at the end of a run are to be left out; null for none.</param>
    public void Finish(List<byte> output, Func<ReadOnlySpan<byte>, int>? openEnd = null)
    {
        if (openEnd is not null)
        {
            int open = openEnd(CollectionsMarshal.AsSpan(_run));
            _run.RemoveRange(_run.Count - open, open);
        }

        EndRun(output);
        _started = false;
        _stripLeft = tokens.Decoding.StripCount;
    }

    private void EndRun(List<byte> output)
    {
        if (_run.Count == 0)
            return;
        Span<byte> run = CollectionsMarshal.AsSpan(_run);
        if (System.Text.Unicode.Utf8.IsValid(run))
        {
            Write(run, output);
        }
        else
        {
            for (int i = 0; i < run.Length; i++)
                Write("\uFFFD"u8, output);
        }

        _run.Clear();
    }

    private void Write(ReadOnlySpan<byte> bytes, List<byte> output)
    {
        for (; _stripLeft > 0 && bytes.StartsWith(_strip); _stripLeft--)
            bytes = bytes[_strip.Length..];
        if (bytes.IsEmpty)
            return;
        _stripLeft = 0;
        output.AddRange(bytes);
    }
}
