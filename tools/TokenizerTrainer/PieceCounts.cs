using MolEngine.Data;
using MolEngine.Data.Records;
using MolEngine.Engine.Chat;
using MolEngine.Engine.Tokenization;

namespace MolEngine.TokenizerTrainer;

/// <summary>
/// How often each piece of text occurs that merges may not cross: what Qwen's pattern splits, between special tokens.
/// </summary>
internal sealed class PieceCounts(IReadOnlyList<string> specialTokens)
{
    private readonly PreTokenizer _preTokenizer = new([new QwenStage(longestNumber: 1)], byteLevel: true);

    private readonly string[] _specialTokens = [.. specialTokens];
    private readonly EncodeScratch _scratch = new();

    // Bytes as the characters of the same number: a key that hashes well.
    private readonly Dictionary<string, long> _counts = [];

    /// <summary>Pieces, a character for each byte, and how often they occur.</summary>
    public IReadOnlyDictionary<string, long> Counts => _counts;

    /// <summary>Every document of the corpora of a config, as training renders it.</summary>
    public static PieceCounts Of(DataSettings data, IReadOnlyList<string> specialTokens)
    {
        var counts = new PieceCounts(specialTokens);
        // There is no model yet, and so no template of one: dialogues are ChatML.
        var writer = new DocumentWriter(ChatTemplates.ChatMl);
        foreach (CorpusSettings corpus in data.Corpora)
        {
            foreach ((CorpusFile file, CorpusRecord record) in new RecordReader(corpus).ReadAll())
                counts.Add(writer.Write(record, corpus, file.Path).Text);
        }

        return counts;
    }

    public void Add(string text)
    {
        foreach (string section in text.Split(_specialTokens, StringSplitOptions.RemoveEmptyEntries))
        {
            ReadOnlySpan<byte> bytes = Nfc.NormalizeUtf8(_scratch.ToUtf8(section));
            _preTokenizer.Run(bytes, atStart: true, _scratch);
            int start = 0;
            foreach (int end in _scratch.Ends)
            {
                string piece = string.Create(end - start, bytes[start..end], (chars, from) =>
                {
                    for (int i = 0; i < chars.Length; i++)
                        chars[i] = (char)from[i];
                });
                _counts[piece] = _counts.GetValueOrDefault(piece) + 1;
                start = end;
            }
        }
    }
}
