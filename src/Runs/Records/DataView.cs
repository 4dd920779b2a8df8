namespace MolEngine.Runs.Records;

/// <summary>The data of a run in words: what a terminal and a page both show of it.</summary>
/// <param name="Title">What is looked at: a config's or a corpus's name.</param>
/// <param name="Facts">About all corpora.</param>
/// <param name="Warnings">What may not be as it was meant, a sentence each.</param>
public sealed record DataView(
    string Title, IReadOnlyList<Fact> Facts, IReadOnlyList<CorpusView> Corpora, IReadOnlyList<string> Warnings);

/// <summary>A name and what it is.</summary>
public sealed record Fact(string Name, string Text);

/// <summary>A corpus in words.</summary>
/// <param name="Kind">domain or general.</param>
/// <param name="Lengths">How many documents are how long.</param>
/// <param name="First">The beginning of its first document, every character visible, in runs of what is trained on and
/// of what is not.</param>
/// <param name="FirstLeft">Tokens of that document, or of its row, that <paramref name="First"/> leaves out.</param>
public sealed record CorpusView(
    string Name, string Kind, IReadOnlyList<Fact> Facts, IReadOnlyList<LengthBar> Lengths,
    IReadOnlyList<TextRun> First, int FirstLeft);

/// <summary>Documents of a range of lengths.</summary>
/// <param name="Range">In tokens: "17 to 32".</param>
public sealed record LengthBar(string Range, int Documents);

/// <summary>A part of a document.</summary>
/// <param name="Text">A line break is a sign and a line break.</param>
/// <param name="IsTrained">Whether the loss sees it.</param>
public sealed record TextRun(string Text, bool IsTrained);
