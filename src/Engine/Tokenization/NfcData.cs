using System.Globalization;

namespace MolEngine.Engine.Tokenization;

/// <summary>
/// The table of <see cref="Nfc"/> and <see cref="UnicodeForms"/>, read once from the embedded nfc.txt (made by
/// tools/UnicodeTables).
/// </summary>
internal static class NfcData
{
    /// <summary>The bits of <see cref="Flags"/> that hold the combining class as a rank, 0 for starters.</summary>
    public const int RankMask = 0x3F;

    /// <summary>The bit of <see cref="Flags"/> that says that NFC_Quick_Check is No or Maybe.</summary>
    public const int NotQuick = 0x40;

    private const int BlockBits = 7;
    private const int BlockSize = 1 << BlockBits;

    // Block 0 is the one of plain characters, which all but some 100 blocks share.
    private static readonly ushort[] BlockOf = new ushort[0x110000 >> BlockBits];
    private static readonly Dictionary<int, int[]> Decompositions = [];
    private static readonly Dictionary<int, int[]> CompatibilityDecompositions = [];
    private static readonly Dictionary<(int First, int Second), int> Compositions = [];
    private static readonly byte[] FlagBlocks = Read();

    public static int Flags(int codePoint) =>
        FlagBlocks[(BlockOf[codePoint >> BlockBits] << BlockBits) | (codePoint & (BlockSize - 1))];

    /// <summary>The full canonical decomposition; null for a character that has none (or a Hangul syllable).</summary>
    public static int[]? Decomposition(int codePoint) => Decompositions.GetValueOrDefault(codePoint);

    /// <summary>
    /// The full compatibility decomposition; null for a character whose canonical one says all.
    /// </summary>
    public static int[]? CompatibilityDecomposition(int codePoint) =>
        CompatibilityDecompositions.GetValueOrDefault(codePoint);

    public static int? Composition(int first, int second) =>
        Compositions.TryGetValue((first, second), out int composite) ? composite : null;

    private static byte[] Read()
    {
        using Stream stream = typeof(NfcData).Assembly.GetManifestResourceStream("nfc.txt")
            ?? throw new InvalidOperationException("nfc.txt: the table of NFC is missing in the assembly");
        using var reader = new StreamReader(stream);
        List<byte> flags = [.. new byte[BlockSize]];
        for (int c = 0x1100; c < 0x1200; c++)
        {
            if (Hangul.JoinsBackwards(c))
                Add(flags, c, NotQuick);
        }

        while (reader.ReadLine() is string line)
        {
            if (!line.StartsWith('#'))
                ReadLine(line.Split(' '), flags);
        }

        foreach (int composite in Compositions.Values)
            Decompositions[composite] = Expand(composite);
        return [.. flags];
    }

    private static void ReadLine(string[] items, List<byte> flags)
    {
        if (items[0].StartsWith('@'))
        {
            int rank = int.Parse(items[0].AsSpan(1));
            foreach (string[] range in items[1..].Select(i => i.Split('-')))
            {
                for (int c = Hex(range[0]); c <= Hex(range[^1]); c++)
                    Add(flags, c, rank);
            }

            return;
        }

        foreach (string item in items)
        {
            int[] numbers = [.. item.Split('=', '>', '~', '+').Select(Hex)];
            if (item.Contains('~'))
            {
                CompatibilityDecompositions[numbers[0]] = numbers[1..];
                continue;
            }

            Decompositions[numbers[0]] = numbers[1..];
            if (item.Contains('>'))
            {
                Add(flags, numbers[0], NotQuick);
            }
            else
            {
                Compositions[(numbers[1], numbers[2])] = numbers[0];
                Add(flags, numbers[2], NotQuick);
            }
        }
    }

    private static int Hex(string digits) => int.Parse(digits, NumberStyles.HexNumber);

    private static int[] Expand(int codePoint) =>
        Decompositions.TryGetValue(codePoint, out int[]? parts) ? [.. parts.SelectMany(Expand)] : [codePoint];

    private static void Add(List<byte> flags, int codePoint, int flag)
    {
        ref ushort block = ref BlockOf[codePoint >> BlockBits];
        if (block == 0)
        {
            block = (ushort)(flags.Count >> BlockBits);
            flags.AddRange(new byte[BlockSize]);
        }

        int index = (block << BlockBits) | (codePoint & (BlockSize - 1));
        flags[index] = (byte)(flags[index] | flag);
    }
}
