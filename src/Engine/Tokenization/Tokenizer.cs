using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Text;
using MolEngine.Engine.Files;

namespace MolEngine.Engine.Tokenization;

/// <summary>
/// A BPE tokenizer as a Hugging Face tokenizer.json describes it: byte-level (GPT-2, Qwen, SmolLM2, Llama 3) or over
/// characters with byte tokens for what is unknown (Llama 2, Mistral, Gemma). Immutable once loaded; any number of
/// threads may encode and decode at once.
/// </summary>
public sealed class Tokenizer
{
    private readonly TokenizerParts _parts;
    private readonly TokenTable _tokens;
    private readonly int _embeddings;
    private readonly AddedTokenMatcher _plainMatcher;
    private readonly AddedTokenMatcher _normalizedMatcher;
    private readonly ConcurrentBag<EncodeScratch> _idle = [];

    internal Tokenizer(TokenizerParts parts)
    {
        _parts = parts;
        _tokens = new TokenTable(parts.Vocabulary, parts.AddedTokens, parts.Normalizer, parts.Decoding);
        _embeddings = _tokens.Size;
        _plainMatcher = new AddedTokenMatcher(parts.AddedTokens.Where(t => !t.Normalized).Select(t => (t, t.Content)));
        _normalizedMatcher = new AddedTokenMatcher(parts.AddedTokens
            .Where(t => t.Normalized)
            .Select(t => (t, parts.Normalizer.Run(t.Content))));
    }

    private Tokenizer(Tokenizer of, int embeddings)
    {
        (_parts, _tokens, _embeddings) = (of._parts, of._tokens, embeddings);
        (_plainMatcher, _normalizedMatcher) = (of._plainMatcher, of._normalizedMatcher);
    }

    /// <summary>
    /// Reads a tokenizer.json, or the one in a folder; a tokenizer_config.json beside it names <see cref="BosToken"/>
    /// and <see cref="EosToken"/>. Throws <see cref="ModelFileException"/>, naming file and key, where anything is
    /// broken or unknown.
    /// </summary>
    public static Tokenizer Load(string path) => TokenizerReader.Load(path);

    /// <summary>The largest id + 1, added tokens included.</summary>
    public int VocabularySize => _tokens.Size;

    /// <summary>The largest id of the vocabulary + 1, added tokens left out.</summary>
    public int ModelVocabularySize => _parts.Vocabulary.Values.DefaultIfEmpty(-1).Max() + 1;

    /// <summary>
    /// The ids that <c>tokenizer(text)</c> puts before every text, for instance of Llama 3's
    /// <c>&lt;|begin_of_text|&gt;</c>; often none.
    /// </summary>
    public IReadOnlyList<int> BeginIds => _parts.Prefix;

    /// <summary>The ids that <c>tokenizer(text)</c> puts behind every text; nearly always none.</summary>
    public IReadOnlyList<int> EndIds => _parts.Suffix;

    /// <summary>What tokenizer.json says and is not so, a sentence each, for people.</summary>
    public IReadOnlyList<string> Notes => _parts.Notes;

    public IReadOnlyList<AddedToken> AddedTokens => _parts.AddedTokens;

    /// <summary>bos_token of tokenizer_config.json; null where there is none.</summary>
    public string? BosToken => _parts.BosToken;

    /// <summary>eos_token of tokenizer_config.json; null where there is none.</summary>
    public string? EosToken => _parts.EosToken;

    /// <summary>
    /// The same tokenizer for a model of fewer embeddings than it has ids: a text that needs an id beyond them is an
    /// error.
    /// </summary>
    public Tokenizer ForEmbeddings(int count) => new(this, count);

    /// <summary>The id of an added token's content or of a vocabulary entry, spelled as in tokenizer.json.</summary>
    public int? TokenId(string content) => _tokens.Id(content);

    /// <summary>
    /// A token as tokenizer.json spells it (the byte alphabet, for entries of the vocabulary); null for an id without
    /// one.
    /// </summary>
    public string? TokenText(int id) => _tokens.Spelling(id);

    /// <summary>The bytes of a token in the middle of a text; none for an id without one.</summary>
    public ReadOnlySpan<byte> TokenBytes(int id) =>
        _tokens.Spelling(id) is null ? [] : _tokens.Bytes(id, first: false);

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

    /// <summary>Encodes as the other does, appending to a list.</summary>
    public void Encode(ReadOnlySpan<char> text, bool addSpecialTokens, List<int> ids)
    {
        EncodeScratch scratch = Rent();
        Encode(text, addSpecialTokens, ids, scratch);
        Return(scratch);
    }

    /// <summary>
    /// The ids of a document: <see cref="BeginIds"/>, unless the text is written with them, and the text's.
    /// </summary>
    public int[] EncodeDocument(ReadOnlySpan<char> text)
    {
        int[] ids = Encode(text, addSpecialTokens: false);
        return ids.AsSpan().StartsWith(_parts.Prefix) ? ids : [.. _parts.Prefix, .. ids];
    }

    /// <summary>
    /// The text of ids; bytes that are no UTF-8 become U+FFFD, one for each maximal subpart. An id that no token has,
    /// such as the padding of a vocabulary, is no text.
    /// </summary>
    public string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens)
    {
        var bytes = new List<byte>(ids.Length * 4);
        var decoder = new TokenDecoder(_tokens, skipSpecialTokens);
        foreach (int id in ids)
            decoder.Append(id, bytes);
        decoder.Finish(bytes);
        return Encoding.UTF8.GetString(CollectionsMarshal.AsSpan(bytes));
    }

    /// <summary>A decoder for ids that come one at a time; all it shows together is what Decode gives.</summary>
    /// <summary>Whether a token is a special one, which stands for no text.</summary>
    public bool IsSpecial(int id) => _tokens.IsSpecial(id);

    public StreamingDecoder CreateDecoder(bool skipSpecialTokens) => new(_tokens, skipSpecialTokens);

    private void Encode(ReadOnlySpan<char> text, bool addSpecialTokens, List<int> ids, EncodeScratch scratch)
    {
        int before = ids.Count;
        if (addSpecialTokens)
            ids.AddRange(_parts.Prefix);
        EncodeText(scratch.ToUtf8(text), ids, scratch);
        if (addSpecialTokens)
            ids.AddRange(_parts.Suffix);
        if (_embeddings < _tokens.Size)
            CheckEmbeddings(CollectionsMarshal.AsSpan(ids)[before..]);
    }

    private void CheckEmbeddings(ReadOnlySpan<int> ids)
    {
        int beyond = ids.IndexOfAnyInRange(_embeddings, int.MaxValue);
        if (beyond >= 0)
        {
            throw new ModelFileException(
                $"{_parts.File}: the text needs the token \"{TokenText(ids[beyond])}\" ({ids[beyond]}): expected an id "
                + $"below the {_embeddings} that the model has embeddings for, got {ids[beyond]}. Take the token out "
                + "of the text, or use a model that was resized for it.");
        }
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
        bool atStart = start == 0;
        text = _parts.Normalizer.Run(text[start..end]);
        int plainFrom = 0, searchFrom = 0;
        while (_normalizedMatcher.TryNext(text, searchFrom, plainFrom, out var token, out Range range, out searchFrom))
        {
            EncodePlain(text, plainFrom, range.Start.Value, atStart, ids, scratch);
            ids.Add(token.Id);
            plainFrom = range.End.Value;
        }

        EncodePlain(text, plainFrom, text.Length, atStart, ids, scratch);
    }

    private void EncodePlain(
        ReadOnlySpan<byte> text, int start, int end, bool atStart, List<int> ids, EncodeScratch scratch)
    {
        if (start >= end)
            return;
        text = _parts.PreTokenizer.Run(text[start..end], atStart && start == 0, scratch);
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
