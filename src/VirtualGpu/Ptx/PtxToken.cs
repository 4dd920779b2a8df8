namespace MolEngine.VirtualGpu.Ptx;

/// <param name="Start">Where the token starts in the text.</param>
/// <param name="End">Where it ends.</param>
/// <param name="Line">Line of the text, from 1.</param>
internal readonly record struct PtxToken(PtxTokenKind Kind, string Text, int Start, int End, int Line)
{
    public bool Is(char c) => Kind == PtxTokenKind.Punctuation && Text[0] == c;

    public bool IsWord(string word) => Kind == PtxTokenKind.Word && Text == word;
}
