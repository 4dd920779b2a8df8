using System.Text;

namespace MolEngine.Engine.Tokenization;

/// <summary>When a Metaspace puts its character in front of a piece.</summary>
internal enum PrependScheme
{
    Always,

    /// <summary>Only at the beginning of what is encoded, not behind an added token.</summary>
    First,

    Never,
}

/// <summary>
/// Metaspace, as SentencePiece has it: each space becomes the replacement, one comes in front, and each begins a piece.
/// </summary>
internal sealed class MetaspaceStage(Rune replacement, PrependScheme prepend, bool split) : PreTokenizerStage
{
    private readonly byte[] _replacement = Encoding.UTF8.GetBytes(replacement.ToString());

    public override ReadOnlySpan<byte> Run(ReadOnlySpan<byte> text, bool atStart, EncodeScratch scratch)
    {
        scratch.SwapEnds();
        var output = new List<byte>(text.Length + (text.Length / 2) + 4);
        int start = 0;
        foreach (int end in scratch.EarlierEnds)
        {
            ReadOnlySpan<byte> piece = text[start..end];
            bool prepends = prepend == PrependScheme.Always
                || (prepend == PrependScheme.First && atStart && start == 0);
            if (prepends && !piece.IsEmpty && piece[0] != ' ' && !piece.StartsWith(_replacement))
                output.AddRange(_replacement);
            Replace(piece, output, split ? scratch.Ends : null);
            if (!piece.IsEmpty)
                scratch.Ends.Add(output.Count);
            start = end;
        }

        return output.ToArray();
    }

    /// <summary>Appends a piece; a new piece begins at each replacement.</summary>
    private void Replace(ReadOnlySpan<byte> piece, List<byte> output, List<int>? ends)
    {
        for (int at = 0; at < piece.Length;)
        {
            bool space = piece[at] == ' ';
            if (!space && !piece[at..].StartsWith(_replacement))
            {
                output.Add(piece[at++]);
                continue;
            }

            if (ends is not null && output.Count > (ends.Count > 0 ? ends[^1] : 0))
                ends.Add(output.Count);
            output.AddRange(_replacement);
            at += space ? 1 : _replacement.Length;
        }
    }
}
