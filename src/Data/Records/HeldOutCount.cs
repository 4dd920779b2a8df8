using System.Globalization;

namespace MolEngine.Data.Records;

/// <summary>How many documents of each corpus are kept for validation.</summary>
/// <param name="Documents">At most so many.</param>
/// <param name="IsLimited">Whether it is also at most 5 % of the corpus; else it is exactly so many.</param>
public readonly record struct HeldOutCount(int Documents, bool IsLimited)
{
    /// <summary>What may be written, for people.</summary>
    public const string Expected = "an integer of at least 0, or `at most N` (N, but not above 5 % of a corpus)";

    private const double LargestPart = 0.05;

    /// <summary>The number of documents from which on one at least is held out.</summary>
    private const int EnoughForOne = 10;

    private const string Limit = "at most ";

    public static implicit operator HeldOutCount(int exactly) => new(exactly, IsLimited: false);

    /// <summary>So many, but not above 5 % of a corpus (but one of ten or more).</summary>
    public static HeldOutCount AtMost(int documents) => new(documents, IsLimited: true);

    /// <summary>Reads "N" or "at most N"; null where it is neither.</summary>
    public static HeldOutCount? Parse(string text)
    {
        bool limited = text.StartsWith(Limit, StringComparison.Ordinal);
        string number = (limited ? text[Limit.Length..] : text).Replace("_", "");

        // 1e3 and 20.0 are integers too.
        const NumberStyles Styles = NumberStyles.AllowExponent | NumberStyles.AllowDecimalPoint;
        return int.TryParse(number, Styles, CultureInfo.InvariantCulture, out int documents)
            ? new HeldOutCount(documents, limited)
            : null;
    }

    /// <summary>Documents to hold out of a corpus of <paramref name="documents"/>.</summary>
    public int Of(int documents)
    {
        int most = (int)(documents * LargestPart);
        return IsLimited ? Math.Min(Documents, documents >= EnoughForOne ? Math.Max(1, most) : most) : Documents;
    }

    /// <summary>The number as <see cref="Parse"/> reads it.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{(IsLimited ? Limit : "")}{Documents}");
}
