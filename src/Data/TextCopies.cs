namespace MolEngine.Data;

/// <summary>Documents of a corpus whose texts are those of another corpus's.</summary>
/// <param name="Corpus">The other one's name.</param>
public sealed record CopiesElsewhere(string Corpus, int Documents);

/// <summary>
/// Documents of a corpus whose text is, character for character, another document's. Texts are compared as they are
/// tokenized, by 64 bits of their SHA-256.
/// </summary>
/// <param name="Within">Documents whose text an earlier document of the corpus has, held-out ones among them.</param>
/// <param name="Elsewhere">For each other corpus that has some: documents whose text is there too.</param>
/// <param name="OfHeldOut">
/// Documents to train on whose text another corpus holds out, wholly or in part: validation sees what was trained on.
/// </param>
public sealed record TextCopies(int Within, IReadOnlyList<CopiesElsewhere> Elsewhere, int OfHeldOut)
{
    /// <summary>The copies in each corpus.</summary>
    public static IReadOnlyList<TextCopies> Of(IReadOnlyList<Corpus> corpora)
    {
        IReadOnlyList<(ulong Hash, bool IsHeldOut)>[] texts = [.. corpora.Select(c => c.Texts())];
        HashSet<ulong>[] all = [.. texts.Select(t => t.Select(d => d.Hash).ToHashSet())];
        HashSet<ulong>[] heldOut = [.. texts.Select(t => t.Where(d => d.IsHeldOut).Select(d => d.Hash).ToHashSet())];
        return [.. Enumerable.Range(0, corpora.Count).Select(Copies)];

        TextCopies Copies(int corpus)
        {
            int[] others = [.. Enumerable.Range(0, corpora.Count).Where(o => o != corpus)];
            CopiesElsewhere[] elsewhere =
            [
                .. others.Select(o => new CopiesElsewhere(
                    corpora[o].Name, texts[corpus].Count(d => all[o].Contains(d.Hash)))).Where(c => c.Documents > 0),
            ];
            int ofHeldOut = texts[corpus].Count(d => !d.IsHeldOut && others.Any(o => heldOut[o].Contains(d.Hash)));
            return new(texts[corpus].Count - all[corpus].Count, elsewhere, ofHeldOut);
        }
    }
}
