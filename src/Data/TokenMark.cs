namespace MolEngine.Data;

/// <summary>
/// How a store of tokens says which of them the loss leaves out: an id whose bits are inverted, so a negative number,
/// is in the document and is not predicted.
/// </summary>
internal static class TokenMark
{
    /// <summary>A token that nothing predicts.</summary>
    public static int Unpredicted(int id) => ~id;

    /// <summary>The ids of stored tokens, marked or not.</summary>
    public static int[] Ids(int[] stored) =>
        HasMarks(stored) ? Array.ConvertAll(stored, t => t < 0 ? ~t : t) : stored;

    /// <summary>Whether each stored token may be predicted; null where all may.</summary>
    public static bool[]? Mask(int[] stored) => HasMarks(stored) ? Array.ConvertAll(stored, t => t >= 0) : null;

    private static bool HasMarks(int[] stored) => Array.Exists(stored, t => t < 0);
}
