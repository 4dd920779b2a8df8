using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Text;

namespace MolEngine.Engine.Tokenization;

/// <summary>
/// A byte-level BPE tokenizer as a Hugging Face tokenizer.json describes it (GPT-2, Qwen, SmolLM2 and Llama 3 style).
/// Immutable once loaded; any number of threads may encode and decode at once.
/// </summary>
public sealed class Tokenizer
{
    private readonly TokenizerParts _parts;
    private readonly TokenTable _tokens;
    private readonly AddedTokenMatcher _plainMatcher;
    private readonly AddedTokenMatcher _normalizedMatcher;
    private readonly ConcurrentBag<EncodeScratch> _idle = [];

    internal Tokenizer(TokenizerParts parts)
    {
        _parts = parts;
        _tokens = new TokenTable(parts.Vocabulary, parts.AddedTokens);
        _plainMatcher = new AddedTokenMatcher(parts.AddedTokens.Where(t => !t.Normalized).Select(t => (t, t.Content)));
        _normalizedMatcher = new AddedTokenMatcher(parts.AddedTokens
            .Where(t => t.Normalized)
            .Select(t => (t, parts.Nfc ? Nfc.Normalize(t.Content) : t.Content)));
    }

    /// <summary>
    /// Reads a tokenizer.json, or the one in a folder; a tokenizer_config.json beside it names <see cref="BosToken"/>
    /// and <see cref="EosToken"/>. Throws <see cref="TokenizerException"/>, naming file and key, where anything is
    /// broken or unknown.
    /// </summary>
    public static Tokenizer Load(string path) => TokenizerReader.Load(path);

    /// <summary>The largest id + 1, added tokens included.</summary>
    public int VocabularySize => _tokens.Size;

    public IReadOnlyList<AddedToken> AddedTokens => _parts.AddedTokens;

    /// <summary>bos_token of tokenizer_config.json; null where there is none.</summary>
    public string? BosToken => _parts.BosToken;

    /// <summary>eos_token of tokenizer_config.json; null where there is none.</summary>
    public string? EosToken => _parts.EosToken;

    /// <summary>The id of an added token's content or of a vocabulary entry, spelled as in tokenizer.json.</summary>
    public int? TokenId(string content) => _tokens.Id(content);

    /// <summary>
    /// A token as tokenizer.json spells it (the byte alphabet, for entries of the vocabulary); null for an id without
    /// one.
    /// </summary>
    public string? TokenText(int id) => _tokens.Spelling(id);

    /// <summary>
    /// The ids of a text. Added tokens written in it are recognised. <paramref name="addSpecialTokens"/> puts what the
    /// template of the file's post-processor says before and after. A lone surrogate is read as U+FFFD.
    /// </summary>
    public int[] Encode(ReadOnlySpan<char> text, bool addSpecialTokens)
    {
        EncodeScratch scratch = Rent();
        scratch.Ids.Clear();
        Encode(text, addSpecialTokens, scratch.Ids, scratch);
        int[] ids = [.. scratch.Ids];
        Return(scratch);
        return ids;
    }

    /// <summary>As the other Encode, appending to a list.</summary>
    public void Encode(ReadOnlySpan<char> text, bool addSpecialTokens, List<int> ids)
    {
        EncodeScratch scratch = Rent();
        Encode(text, addSpecialTokens, ids, scratch);
        Return(scratch);
    }

    /// <summary>
    /// The text of ids; bytes that are no UTF-8 become U+FFFD, one for each maximal subpart. An id that no token has is
    /// an error.
    /// </summary>
    public string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens)
    {
        var bytes = new List<byte>(ids.Length * 4);
        foreach (int id in ids)
        {
            ReadOnlySpan<byte> token = _tokens.Bytes(id);
            if (!skipSpecialTokens || !_tokens.IsSpecial(id))
                bytes.AddRange(token);
        }

        return Encoding.UTF8.GetString(CollectionsMarshal.AsSpan(bytes));
    }

    /// <summary>A decoder for ids that come one at a time; all it shows together is what Decode gives.</summary>
    public StreamingDecoder CreateDecoder(bool skipSpecialTokens) => new(_tokens, skipSpecialTokens);

    private void Encode(ReadOnlySpan<char> text, bool addSpecialTokens, List<int> ids, EncodeScratch scratch)
    {
        if (addSpecialTokens)
            ids.AddRange(_parts.Prefix);
        EncodeText(scratch.ToUtf8(text), ids, scratch);
        if (addSpecialTokens)
            ids.AddRange(_parts.Suffix);
    }

    /// <summary>
    /// Cuts out the added tokens that are matched in the text as given; what lies between is normalised by itself.
    /// </summary>
    private void EncodeText(ReadOnlySpan<byte> text, List<int> ids, EncodeScratch scratch)
    {
        int plainFrom = 0, searchFrom = 0;
        while (_plainMatcher.TryNext(text, searchFrom, plainFrom, out var token, out Range range, out searchFrom))
        {
            EncodeSection(text, plainFrom, range.Start.Value, ids, scratch);
            ids.Add(token.Id);
            plainFrom = range.End.Value;
        }

        EncodeSection(text, plainFrom, text.Length, ids, scratch);
    }

    private void EncodeSection(ReadOnlySpan<byte> text, int start, int end, List<int> ids, EncodeScratch scratch)
    {
        if (start >= end)
            return;
        text = text[start..end];
        if (_parts.Nfc)
            text = Nfc.NormalizeUtf8(text);
        int plainFrom = 0, searchFrom = 0;
        while (_normalizedMatcher.TryNext(text, searchFrom, plainFrom, out var token, out Range range, out searchFrom))
        {
            EncodePlain(text, plainFrom, range.Start.Value, ids, scratch);
            ids.Add(token.Id);
            plainFrom = range.End.Value;
        }

        EncodePlain(text, plainFrom, text.Length, ids, scratch);
    }

    private void EncodePlain(ReadOnlySpan<byte> text, int start, int end, List<int> ids, EncodeScratch scratch)
    {
        if (start >= end)
            return;
        text = _parts.PreTokenizer.Run(text[start..end], scratch);
        start = 0;
        foreach (int pieceEnd in CollectionsMarshal.AsSpan(scratch.Ends))
        {
            _parts.Model.Encode(text, start, pieceEnd, scratch, ids);
            start = pieceEnd;
        }
    }

    // As many as ever encoded at once; the bag gives a thread what it last put in, and with it a warm cache.
    private EncodeScratch Rent() => _idle.TryTake(out EncodeScratch? scratch) ? scratch : new EncodeScratch();

    private void Return(EncodeScratch scratch)
    {
        if (scratch.WorthKeeping)
            _idle.Add(scratch);
    }
}
