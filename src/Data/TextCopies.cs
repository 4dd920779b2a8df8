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
        ulong[][] texts = [.. corpora.Select(c => c.TextHashes())];
        HashSet<ulong>[] heldOut =
            [.. corpora.Zip(texts, (c, hashes) => c.HeldOutWhole.Select(d => hashes[d]).ToHashSet())];
        int[] ofHeldOut = [.. corpora.Select((c, i) => TrainedOf(texts[i], c.HeldOutWhole, Others(heldOut, i)))];

        // Sorted in place: eight bytes of a document, whatever the number of corpora.
        foreach (ulong[] hashes in texts)
            Array.Sort(hashes);
        return [.. corpora.Select((_, i) => new TextCopies(Repeated(texts[i]), Elsewhere(i), ofHeldOut[i]))];

        CopiesElsewhere[] Elsewhere(int corpus) =>
        [
            .. Others(corpora, corpus)
                .Zip(Others(texts, corpus), (c, there) => new CopiesElsewhere(c.Name, CountIn(texts[corpus], there)))
                .Where(c => c.Documents > 0),
        ];
    }

    private static IEnumerable<T> Others<T>(IReadOnlyList<T> all, int one) => all.Where((_, i) => i != one);

    /// <summary>Texts that are not held out themselves and are among those of any of the sets.</summary>
    private static int TrainedOf(ulong[] texts, IReadOnlyList<int> heldOut, IEnumerable<HashSet<ulong>> sets)
    {
        HashSet<ulong> all = [.. sets.SelectMany(s => s)];
        HashSet<int> own = [.. heldOut];
        int count = 0;
        for (int d = 0; d < texts.Length; d++)
            count += all.Contains(texts[d]) && !own.Contains(d) ? 1 : 0;
        return count;
    }

    private static int Repeated(ulong[] sorted)
    {
        int count = 0;
        for (int i = 1; i < sorted.Length; i++)
            count += sorted[i] == sorted[i - 1] ? 1 : 0;
        return count;
    }

    /// <summary>How many of some texts are among others, both sorted.</summary>
    private static int CountIn(ulong[] texts, ulong[] others)
    {
        int count = 0, at = 0;
        foreach (ulong text in texts)
        {
            while (at < others.Length && others[at] < text)
                at++;
            count += at < others.Length && others[at] == text ? 1 : 0;
        }

        return count;
    }
}
