namespace MolEngine.Engine.Tokenization;

/// <summary>Hangul syllables, composed and decomposed by arithmetic (Unicode Standard, section 3.12).</summary>
internal static class Hangul
{
    private const int SBase = 0xAC00, LBase = 0x1100, VBase = 0x1161, TBase = 0x11A7;
    private const int LCount = 19, VCount = 21, TCount = 28, SCount = LCount * VCount * TCount;

    /// <summary>Whether a code point is a vowel or final consonant, which may join the syllable before it.</summary>
    public static bool JoinsBackwards(int codePoint) =>
        codePoint is (>= VBase and < VBase + VCount) or (> TBase and < TBase + TCount);

    /// <summary>The jamo of a syllable; t is 0 where it has no final consonant.</summary>
    public static bool TryDecompose(int codePoint, out int l, out int v, out int t)
    {
        int s = codePoint - SBase;
        (l, v, t) = (0, 0, 0);
        if (s is < 0 or >= SCount)
            return false;
        l = LBase + s / (VCount * TCount);
        v = VBase + s / TCount % VCount;
        t = s % TCount == 0 ? 0 : TBase + s % TCount;
        return true;
    }

    public static int? Compose(int first, int second)
    {
        int l = first - LBase, v = second - VBase;
        if (l is >= 0 and < LCount && v is >= 0 and < VCount)
            return SBase + (l * VCount + v) * TCount;
        int s = first - SBase, t = second - TBase;
        return s is >= 0 and < SCount && s % TCount == 0 && t is > 0 and < TCount ? first + t : null;
    }
}
