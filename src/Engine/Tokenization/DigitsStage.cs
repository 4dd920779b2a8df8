namespace MolEngine.Engine.Tokenization;

/// <summary>The Digits pre-tokenizer: numbers (category N) cut out, one by one or as runs.</summary>
internal sealed class DigitsStage(bool individually) : ScannerStage
{
    protected override int Next(ReadOnlySpan<byte> text, int at)
    {
        bool number = CharClasses.At(text, at, out int length) == CharClass.Number;
        at += length;
        if (number && individually)
            return at;
        while (at < text.Length && CharClasses.At(text, at, out length) == CharClass.Number == number)
            at += length;
        return at;
    }
}
