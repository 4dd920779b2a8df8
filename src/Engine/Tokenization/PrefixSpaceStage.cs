using System.Runtime.InteropServices;

namespace MolEngine.Engine.Tokenization;

/// <summary>ByteLevel's add_prefix_space: a space before each piece that does not start with one.</summary>
internal sealed class PrefixSpaceStage : PreTokenizerStage
{
    public override ReadOnlySpan<byte> Run(ReadOnlySpan<byte> text, bool atStart, EncodeScratch scratch)
    {
        Span<int> ends = CollectionsMarshal.AsSpan(scratch.Ends);
        var spaced = new byte[text.Length + ends.Length];
        int start = 0, written = 0;
        foreach (ref int end in ends)
        {
            ReadOnlySpan<byte> piece = text[start..end];
            start = end;
            if (!piece.IsEmpty && piece[0] != ' ')
                spaced[written++] = (byte)' ';
            piece.CopyTo(spaced.AsSpan(written));
            end = written += piece.Length;
        }

        return spaced.AsSpan(0, written);
    }
}
