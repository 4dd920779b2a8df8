using MolEngine.Data.Files;
using MolEngine.Data.Records;

namespace MolEngine.Data;

/// <summary>
/// The first documents of a corpus, each cut to a number of tokens, for who needs a few of them: no more of its files
/// is read than they take. Records that fit nothing are passed over, as long as they are few.
/// </summary>
public static class FirstDocuments
{
    /// <summary>Records that fit nothing, after which the corpus is taken for unreadable.</summary>
    private const int MostBadRecords = 100;

    /// <summary>Characters that are encoded for a token of the cut: more than any usual text has.</summary>
    private const int CharactersPerToken = 16;

    /// <summary>Ids of documents of two tokens and more, made as training makes them.</summary>
    /// <param name="tokens">What is kept of a document at most.</param>
    /// <exception cref="UserException">The corpus is not there, or what stands first in it cannot be read.</exception>
    public static IEnumerable<int[]> Of(CorpusSettings corpus, DocumentTokenizer texts, int tokens)
    {
        CorpusSettings settled = corpus.WithPairs(texts.Writer.HasOwnTemplate);

        // Of a book that is one document only the beginning is read, as pieces that end behind the cut.
        if (settled.Split == TextSplit.Whole)
            settled = settled with { Split = TextSplit.Tokens };
        int bad = 0;
        void PassOver(BadRecordException problem)
        {
            if (++bad > MostBadRecords)
                throw problem;
        }

        var reader = new RecordReader(settled, PassOver)
        {
            Report = new ReadingReport(settled.Ignore),
            Limit = new TextLimit(2 * tokens, text => texts.Encode(text).Length),
        };
        foreach ((CorpusFile file, CorpusRecord record) in reader.ReadAll())
        {
            int[] ids = [];
            try
            {
                ids = Cut(texts.Writer.Write(record, settled, file.Path), texts, tokens);
            }
            catch (BadRecordException problem)
            {
                PassOver(problem);
            }

            if (ids.Length > 1)
                yield return ids;
        }
    }

    private static int[] Cut(DocumentText document, DocumentTokenizer texts, int tokens)
    {
        string text = document.Text;
        int most = tokens * CharactersPerToken;
        if (text.Length > most)
            text = text[..(char.IsHighSurrogate(text[most - 1]) ? most - 1 : most)];
        int[] ids = text.Length < document.Text.Length
            ? texts.Beginning(text, document.IsDialogue)
            : texts.Document(document);
        return ids.Length > tokens ? ids[..tokens] : ids;
    }
}
