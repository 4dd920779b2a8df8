using System.Text;
using MolEngine.Engine.Files;

namespace MolEngine.Engine.Tokenization;

/// <summary>
/// The symbols that a piece starts as, before anything merges: one for each byte (byte-level) or character. What the
/// vocabulary lacks becomes byte tokens such as &lt;0xE2&gt; (byte_fallback, where it has all that a character needs),
/// else the unknown token (fuse_unk: one for a run), else nothing.
/// </summary>
internal sealed class BpeAtoms
{
    private readonly int[] _byteIds = new int[256];
    private readonly Dictionary<int, int>? _characters;
    private readonly int[] _fallback = new int[256];
    private readonly int _unknown;
    private readonly string? _missingUnknown;
    private readonly bool _fuses;
    private readonly bool _vanish;

    /// <param name="unknown">unk_token; null where what is unknown vanishes.</param>
    public BpeAtoms(
        Dictionary<string, int> vocabulary, bool byteLevel, string? unknown, bool fuseUnknown, bool byteFallback)
    {
        for (int b = 0; b < 256; b++)
        {
            _byteIds[b] = vocabulary.GetValueOrDefault(ByteAlphabet.ToChar((byte)b).ToString(), -1);
            _fallback[b] = byteFallback ? vocabulary.GetValueOrDefault($"<0x{b:X2}>", -1) : -1;
        }

        _fuses = fuseUnknown;
        _unknown = unknown is null ? -1 : vocabulary.GetValueOrDefault(unknown, -1);
        _missingUnknown = unknown is not null && _unknown < 0 ? unknown : null;
        _vanish = byteLevel && (_byteIds.All(id => id >= 0) || (unknown is null && !byteFallback));
        if (byteLevel)
            return;
        _characters = [];
        foreach ((string spelling, int id) in vocabulary)
        {
            int c = spelling.Length is 1 or 2 ? RegexClassTranslator.CodePoint(spelling, 0, out _) : -1;
            if (c >= 0 && spelling.Length == (c < 0x10000 ? 1 : 2))
                _characters[c] = id;
        }
    }

    /// <summary>The id of a character; -1 where the vocabulary lacks it. Not for byte-level pieces.</summary>
    public int Id(int codePoint) => _characters!.GetValueOrDefault(codePoint, -1);

    /// <summary>Writes the symbols of a piece: at most two for each byte; returns how many.</summary>
    public int Write(ReadOnlySpan<byte> piece, Span<int> symbols)
    {
        int count = 0;
        if (_vanish)
        {
            foreach (byte b in piece)
            {
                if (_byteIds[b] >= 0)
                    symbols[count++] = _byteIds[b];
            }

            return count;
        }

        // An unknown token is written late, by the next known symbol or at the end: byte tokens overtake it, as in the
        // tokenizers library.
        bool pending = false;
        Span<byte> buffer = stackalloc byte[4];
        for (int at = 0; at < piece.Length;)
        {
            int c = Next(piece, ref at, out int id);
            if (id >= 0)
            {
                Flush(ref pending, symbols, ref count);
                symbols[count++] = id;
                continue;
            }

            ReadOnlySpan<byte> encoded = buffer[..new Rune(c).EncodeToUtf8(buffer)];
            if (TryFallBack(encoded, symbols[count..]))
            {
                count += encoded.Length;
                continue;
            }

            if (!_fuses)
                Flush(ref pending, symbols, ref count);
            if (_missingUnknown is string missing)
                throw Missing(missing);
            pending = _unknown >= 0;
        }

        Flush(ref pending, symbols, ref count);
        return count;
    }

    /// <summary>The next character that the model sees: of a byte, the one that spells it.</summary>
    private int Next(ReadOnlySpan<byte> piece, ref int at, out int id)
    {
        if (_characters is null)
        {
            byte b = piece[at++];
            id = _byteIds[b];
            return ByteAlphabet.ToChar(b);
        }

        int c = Utf8.Decode(piece, at, out int length);
        at += length;
        id = Id(c);
        return c;
    }

    private bool TryFallBack(ReadOnlySpan<byte> encoded, Span<int> symbols)
    {
        for (int i = 0; i < encoded.Length; i++)
        {
            int id = _fallback[encoded[i]];
            if (id < 0)
                return false;
            symbols[i] = id;
        }

        return true;
    }

    private void Flush(ref bool pending, Span<int> symbols, ref int count)
    {
        if (pending)
            symbols[count++] = _unknown;
        pending = false;
    }

    private static ModelFileException Missing(string unknown) => new(
        $"encode: the text needs unk_token: expected \"{unknown}\" in model.vocab, got none. Add it to tokenizer.json, "
        + "or leave out the characters that the vocabulary lacks.");
}
