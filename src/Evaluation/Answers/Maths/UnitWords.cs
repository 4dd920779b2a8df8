namespace MolEngine.Evaluation.Answers.Maths;

/// <summary>
/// Words that name a unit or what is counted where they follow a number without <c>\text</c> around them. Within
/// <c>\text</c> any word after a number is one. A single letter is never: it is a variable.
/// </summary>
internal static class UnitWords
{
    /// <summary>Letters up to which what stands behind a number may be variables: 3 xyz.</summary>
    private const int MostVariables = 3;

    private static readonly HashSet<string> Words =
    [
        .. ("cm mm km ft in. yd mi mph kmh kph kg mg gm lb lbs oz ml sec secs min mins hr hrs inch inches "
            + "foot feet yard yards mile miles meter meters metre metres centimeter centimeters centimetre "
            + "centimetres millimeter millimeters kilometer kilometers kilometre kilometres gram grams kilogram "
            + "kilograms pound pounds ounce ounces ton tons liter liters litre litres gallon gallons quart "
            + "quarts pint pints cup cups second seconds minute minutes hour hours day days week weeks month "
            + "months year years degree degrees radian radians dollar dollars cent cents euro euros unit units "
            + "square cubic sq cu per point points digit digits way ways edge edges student students people "
            + "person persons member members ticket tickets meal meals multiple multiples integer integers "
            + "solution solutions side sides time times piece pieces page pages step steps hz newtons joules "
            + "watts volts amps kelvin celsius fahrenheit bits bytes").Split(' '),
    ];

    /// <summary>Words behind a number that change it or go on, and so name nothing that is counted.</summary>
    private static readonly HashSet<string> Numerals =
    [
        .. ("hundred thousand million billion trillion dozen half halves third thirds quarter quarters fourth fourths "
            + "fifth fifths sixth sixths seventh sevenths eighth eighths ninth ninths tenth tenths plus minus over mod "
            + "modulo choose root squared cubed factorial base and but not more less than").Split(' '),
    ];

    /// <summary>Whether words can name what a number counts: "apples", "red marbles".</summary>
    public static bool AreCounted(string text)
    {
        string[] words = text.ToLowerInvariant().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return Array.TrueForAll(words, w => w.Length >= MostVariables && w.All(char.IsAsciiLetter))
            && Array.Exists(words, w => w.Length > MostVariables) && !Array.Exists(words, Numerals.Contains);
    }

    /// <summary>Whether a text is nothing but words of units, with their powers: "square inches", "cm^2".</summary>
    public static bool AreAll(string text)
    {
        string[] words = text.Split([' ', '/'], StringSplitOptions.RemoveEmptyEntries);
        return words.Length > 0 && words.All(IsUnit);
    }

    private static bool IsUnit(string word)
    {
        int power = word.IndexOf('^');
        string name = (power < 0 ? word : word[..power]).TrimEnd('.').ToLowerInvariant();
        return Words.Contains(name) && (power < 0 || word[power..] is "^2" or "^3" or "^{2}" or "^{3}");
    }
}
