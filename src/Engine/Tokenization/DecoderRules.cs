using System.Globalization;
using System.Text;

namespace MolEngine.Engine.Tokenization;

/// <summary>What the decoder of a tokenizer.json does, from tokens to text.</summary>
internal sealed record DecoderRules
{
    /// <summary>ByteLevel: tokens are bytes, spelled in the byte alphabet.</summary>
    public bool ByteLevel { get; init; }

    /// <summary>Replace, in order, on each token by itself.</summary>
    public IReadOnlyList<NormalizerStage> Replacements { get; init; } = [];

    /// <summary>Metaspace: what becomes a space in each token, once Replacements are done; null without.</summary>
    public Rune? Metaspace { get; init; }

    /// <summary>Metaspace: whether it vanishes from the first token instead.</summary>
    public bool FirstLosesMetaspace { get; init; }

    /// <summary>
    /// ByteFallback: runs of tokens such as &lt;0xE2&gt; are bytes; a run that is no UTF-8 is a U+FFFD for each.
    /// </summary>
    public bool ByteFallback { get; init; }

    /// <summary>Strip behind Fuse: what is taken away at the beginning of the whole text.</summary>
    public Rune StripContent { get; init; }

    /// <summary>Strip: at most so many.</summary>
    public int StripCount { get; init; }

    /// <summary>The bytes of a token; <paramref name="first"/>: of the first one of a text.</summary>
    public byte[] Bytes(string spelling, bool first)
    {
        // As the ByteLevel decoder has it: a token with any character outside the alphabet stands for its own UTF-8.
        if (ByteLevel)
            return ByteAlphabet.ToBytes(spelling) ?? Encoding.UTF8.GetBytes(spelling);
        ReadOnlySpan<byte> bytes = Encoding.UTF8.GetBytes(spelling);
        foreach (NormalizerStage replacement in Replacements)
            bytes = replacement.Run(bytes);
        if (Metaspace is Rune space)
            bytes = new ReplaceStage(space.ToString(), first && FirstLosesMetaspace ? "" : " ").Run(bytes);
        return bytes.ToArray();
    }

    /// <summary>The byte that a token stands for by ByteFallback; -1 where it stands for itself.</summary>
    public int ByteOf(ReadOnlySpan<byte> token) =>
        ByteFallback && token.Length == 6 && token.StartsWith("<0x"u8) && token[5] == '>'
        && byte.TryParse(token[3..5], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte value)
            ? value
            : -1;
}
