using System.Globalization;
using System.Security.Cryptography;
using FsCheck;

namespace MolEngine.Support;

/// <summary>
/// Seed and number of cases of all property tests. Unless told otherwise every run has the same cases, so that a change
/// is judged by what it changes. To explore, set MOLENGINE_PROPERTY_SEED to <c>random</c> or a number, and
/// MOLENGINE_PROPERTY_CASES to a number of cases for each property or to a multiple of what each has (<c>20x</c>). A
/// failure names the seed that repeats it.
/// </summary>
public static class PropertyRuns
{
    public const string SeedVariable = "MOLENGINE_PROPERTY_SEED";
    public const string CasesVariable = "MOLENGINE_PROPERTY_CASES";

    /// <summary>Cases of a property that names no number.</summary>
    internal const int UsualCases = 100;

    private const ulong UsualSeed = 20260;

    /// <summary>The generator's second number: any odd one; the first alone tells runs apart.</summary>
    private const ulong Gamma = 0x9E37_79B9_7F4A_7C15;

    private static readonly string? AskedCases = Environment.GetEnvironmentVariable(CasesVariable);

    private static readonly ulong Seed = SeedOf(Environment.GetEnvironmentVariable(SeedVariable));

    /// <summary>The seed as FsCheck's attribute takes it.</summary>
    internal static string Replay => string.Create(CultureInfo.InvariantCulture, $"{Seed},{Gamma}");

    /// <summary>The start of a failure's message.</summary>
    internal static string HowToRepeat =>
        $"Repeat this test with "
            + $"{SeedVariable}={Seed}{(AskedCases is null ? "" : $" {CasesVariable}={AskedCases}")}.{Environment.NewLine}";

    /// <summary>Checks a property within a test that is not one by attribute (that may be skipped, say).</summary>
    /// <exception cref="InvalidOperationException">A case that fails; its message names the seed.</exception>
    public static void CheckAlways(this Property property, int cases = UsualCases)
    {
        int number = Cases(cases);
        Config config = Config.QuickThrowOnFailure
            .WithReplay(Seed, Gamma)
            .WithMaxTest(number)
            .WithMaxRejected(Rejected(number));
        try
        {
            property.Check(config);
        }
        catch (Exception failed)
        {
            throw new InvalidOperationException(HowToRepeat + failed.Message, failed);
        }
    }

    /// <summary>How many cases to run of a property that usually has <paramref name="usual"/>.</summary>
    internal static int Cases(int usual) => Cases(usual, AskedCases);

    /// <exception cref="FormatException">A text that is no number above 0, with or without an x after it.</exception>
    public static int Cases(int usual, string? asked)
    {
        if (string.IsNullOrEmpty(asked))
            return usual;
        bool multiple = asked.EndsWith('x');
        return int.TryParse(asked.AsSpan(0, asked.Length - (multiple ? 1 : 0)), NumberStyles.None,
            CultureInfo.InvariantCulture, out int number)
            && number > 0
            ? multiple ? checked(usual * number) : number
            : throw new FormatException(
                $"{CasesVariable}: expected a number of cases, or a multiple such as 20x, got \"{asked}\".");
    }

    /// <summary>How many cases may be refused by a property's condition before it counts as never tried.</summary>
    internal static int Rejected(int cases) => Math.Max(1000, 10 * cases);

    /// <exception cref="FormatException">A text that is neither "random" nor a number.</exception>
    public static ulong SeedOf(string? asked) => asked switch
    {
        null or "" => UsualSeed,
        "random" => (ulong)RandomNumberGenerator.GetInt32(int.MaxValue),
        _ when ulong.TryParse(asked, NumberStyles.None, CultureInfo.InvariantCulture, out ulong seed) => seed,
        _ => throw new FormatException($"{SeedVariable}: expected \"random\" or a number, got \"{asked}\"."),
    };
}
