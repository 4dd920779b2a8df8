namespace MolEngine.Engine.Tokenization;

/// <summary>A token that is cut out of the text as a whole before anything else looks at it.</summary>
/// <param name="Special">Left out by Decode with skipSpecialTokens.</param>
/// <param name="Normalized">Matched in the normalised text (and itself normalised), not in the text as given.</param>
/// <param name="LeftStrip">Takes the white space before it along.</param>
/// <param name="RightStrip">Takes the white space after it along.</param>
/// <param name="SingleWord">Matched only where no word character touches it.</param>
public sealed record AddedToken(
    int Id, string Content, bool Special, bool Normalized, bool LeftStrip, bool RightStrip, bool SingleWord);
