namespace MolEngine.Engine.Chat;

/// <summary>A part of a text, in UTF-16 units.</summary>
/// <param name="Start">The first unit.</param>
/// <param name="End">The unit behind the last; at least <paramref name="Start"/>.</param>
public readonly record struct TextSpan(int Start, int End)
{
    /// <summary>How many units it has.</summary>
    public int Length => End - Start;

    /// <summary>The span's text.</summary>
    public string Of(string text) => text[Start..End];
}
