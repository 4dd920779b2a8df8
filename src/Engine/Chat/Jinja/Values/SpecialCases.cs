using System.Globalization;

namespace MolEngine.Engine.Chat.Jinja.Values;

/// <summary>
/// The case of characters where Unicode says more than .NET: SpecialCasing's mappings to several characters, title
/// case, and characters that have a case without being letters.
/// </summary>
internal static class SpecialCases
{
    /// <summary>Characters and what they are in upper case, as hexadecimal code points.</summary>
    private const string UpperTable =
        """
        DF=53.53 131=49 149=2BC.4E 17F=53 1F0=4A.30C 390=399.308.301 3B0=3A5.308.301 587=535.552 1E96=48.331
        1E97=54.308 1E98=57.30A 1E99=59.30A 1E9A=41.2BE 1F50=3A5.313 1F52=3A5.313.300 1F54=3A5.313.301
        1F56=3A5.313.342 1F80=1F08.399 1F81=1F09.399 1F82=1F0A.399 1F83=1F0B.399 1F84=1F0C.399 1F85=1F0D.399
        1F86=1F0E.399 1F87=1F0F.399 1F88=1F08.399 1F89=1F09.399 1F8A=1F0A.399 1F8B=1F0B.399 1F8C=1F0C.399
        1F8D=1F0D.399 1F8E=1F0E.399 1F8F=1F0F.399 1F90=1F28.399 1F91=1F29.399 1F92=1F2A.399 1F93=1F2B.399
        1F94=1F2C.399 1F95=1F2D.399 1F96=1F2E.399 1F97=1F2F.399 1F98=1F28.399 1F99=1F29.399 1F9A=1F2A.399
        1F9B=1F2B.399 1F9C=1F2C.399 1F9D=1F2D.399 1F9E=1F2E.399 1F9F=1F2F.399 1FA0=1F68.399 1FA1=1F69.399
        1FA2=1F6A.399 1FA3=1F6B.399 1FA4=1F6C.399 1FA5=1F6D.399 1FA6=1F6E.399 1FA7=1F6F.399 1FA8=1F68.399
        1FA9=1F69.399 1FAA=1F6A.399 1FAB=1F6B.399 1FAC=1F6C.399 1FAD=1F6D.399 1FAE=1F6E.399 1FAF=1F6F.399
        1FB2=1FBA.399 1FB3=391.399 1FB4=386.399 1FB6=391.342 1FB7=391.342.399 1FBC=391.399 1FC2=1FCA.399
        1FC3=397.399 1FC4=389.399 1FC6=397.342 1FC7=397.342.399 1FCC=397.399 1FD2=399.308.300 1FD3=399.308.301
        1FD6=399.342 1FD7=399.308.342 1FE2=3A5.308.300 1FE3=3A5.308.301 1FE4=3A1.313 1FE6=3A5.342 1FE7=3A5.308.342
        1FF2=1FFA.399 1FF3=3A9.399 1FF4=38F.399 1FF6=3A9.342 1FF7=3A9.342.399 1FFC=3A9.399 FB00=46.46 FB01=46.49
        FB02=46.4C FB03=46.46.49 FB04=46.46.4C FB05=53.54 FB06=53.54 FB13=544.546 FB14=544.535 FB15=544.53B
        FB16=54E.546 FB17=544.53D
        """;

    /// <summary>Characters and what begins a word in their place.</summary>
    private const string TitleTable =
        """
        DF=53.73 131=49 149=2BC.4E 17F=53 1C4=1C5 1C5=1C5 1C6=1C5 1C7=1C8 1C8=1C8 1C9=1C8 1CA=1CB 1CB=1CB 1CC=1CB
        1F0=4A.30C 1F1=1F2 1F2=1F2 1F3=1F2 390=399.308.301 3B0=3A5.308.301 587=535.582 1E96=48.331 1E97=54.308
        1E98=57.30A 1E99=59.30A 1E9A=41.2BE 1F50=3A5.313 1F52=3A5.313.300 1F54=3A5.313.301 1F56=3A5.313.342
        1FB2=1FBA.345 1FB4=386.345 1FB6=391.342 1FB7=391.342.345 1FC2=1FCA.345 1FC4=389.345 1FC6=397.342
        1FC7=397.342.345 1FD2=399.308.300 1FD3=399.308.301 1FD6=399.342 1FD7=399.308.342 1FE2=3A5.308.300
        1FE3=3A5.308.301 1FE4=3A1.313 1FE6=3A5.342 1FE7=3A5.308.342 1FF2=1FFA.345 1FF4=38F.345 1FF6=3A9.342
        1FF7=3A9.342.345 FB00=46.66 FB01=46.69 FB02=46.6C FB03=46.66.69 FB04=46.66.6C FB05=53.74 FB06=53.74
        FB13=544.576 FB14=544.565 FB15=544.56B FB16=54E.576 FB17=544.56D
        """;

    private const string LargeTable = "2160-216F 24B6-24CF 1F130-1F149 1F150-1F169 1F170-1F189";

    private const string SmallTable =
        """
        AA BA 2B0-2B8 2C0-2C1 2E0-2E4 345 37A 1D2C-1D6A 1D78 1D9B-1DBF 2071 207F 2090-209C 2170-217F 24D0-24E9
        2C7C-2C7D A69C-A69D A770 A7F8-A7F9 AB5C-AB5F 10780 10783-10785 10787-107B0 107B2-107BA
        """;

    private static readonly Dictionary<int, string> UpperCases = Mappings(UpperTable);
    private static readonly Dictionary<int, string> TitleCases = Mappings(TitleTable);
    private static readonly (int First, int Last)[] Large = Ranges(LargeTable);
    private static readonly (int First, int Last)[] Small = Ranges(SmallTable);

    public static string Upper(string text, int at)
    {
        if (char.IsAscii(text[at]))
            return char.ToUpperInvariant(text[at]).ToString();
        return UpperCases.GetValueOrDefault(Code(text, at)) ?? CaseRules.At(text, at).ToUpperInvariant();
    }

    public static string Lower(string text, int at) =>
        text[at] == '\u0130' ? "i\u0307" : CaseRules.At(text, at).ToLowerInvariant();

    /// <summary>Georgian letters begin words as they are.</summary>
    public static string Title(string text, int at) => text[at] is >= '\u10D0' and <= '\u10FF'
        ? CaseRules.At(text, at)
        : TitleCases.GetValueOrDefault(Code(text, at)) ?? CaseRules.At(text, at).ToUpperInvariant();

    /// <summary>Whether a character that is no letter of a case counts as large.</summary>
    public static bool IsLarge(string text, int at) => IsIn(Large, Code(text, at));

    public static bool IsSmall(string text, int at) => IsIn(Small, Code(text, at));

    private static int Code(string text, int at) =>
        char.IsSurrogatePair(text, at) ? char.ConvertToUtf32(text, at) : text[at];

    private static bool IsIn((int First, int Last)[] ranges, int code) =>
        Array.Exists(ranges, r => code >= r.First && code <= r.Last);

    private static Dictionary<int, string> Mappings(string table) => Entries(table)
        .Select(e => e.Split('='))
        .ToDictionary(e => Hex(e[0]), e => string.Concat(e[1].Split('.').Select(c => (char)Hex(c))));

    private static (int First, int Last)[] Ranges(string table) =>
        [.. Entries(table).Select(e => e.Split('-')).Select(e => (Hex(e[0]), Hex(e[^1])))];

    private static string[] Entries(string table) =>
        table.Split((char[])[' ', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries);

    private static int Hex(string digits) => int.Parse(digits, NumberStyles.HexNumber);
}
