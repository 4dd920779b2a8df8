namespace MolEngine.Engine.Tokenization;

/// <summary>Names a construct of a pattern that cannot be translated.</summary>
internal sealed class RegexNotSupportedException(string construct, int at)
    : Exception($"{construct} at character {at + 1}");
