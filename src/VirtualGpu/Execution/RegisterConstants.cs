namespace MolEngine.VirtualGpu.Execution;

/// <summary>
/// What a warp's register file holds besides registers: immediates, and special registers, which do not change while a
/// block runs. So an instruction has operands of one kind only.
/// </summary>
internal sealed unsafe class RegisterConstants
{
    private readonly List<(int Offset, bool IsWide, ulong Bits)> _immediates = [];
    private readonly List<(int Offset, string Name)> _specials = [];

    public void AddImmediate(int offset, bool isWide, ulong bits) => _immediates.Add((offset, isWide, bits));

    public void AddSpecial(int offset, string name) => _specials.Add((offset, name));

    public static bool IsKnown(string special) => special is "%laneid" or "%warpid" or "%nwarpid" or "%smid" or "%nsmid"
        or "%gridid" or "%lanemask_eq" or "%lanemask_lt" or "%lanemask_le" or "%lanemask_gt" or "%lanemask_ge"
        || (special.Length > 2 && special[^2] == '.' && special[^1] is 'x' or 'y' or 'z'
            && special[..^2] is "%tid" or "%ntid" or "%ctaid" or "%nctaid");

    /// <summary>Everything that holds for all blocks of a launch.</summary>
    public void Fill(byte* registers, Launch launch, int warp)
    {
        foreach ((int offset, bool isWide, ulong bits) in _immediates)
        {
            if (isWide)
                new Span<ulong>(registers + offset, Warp.Lanes).Fill(bits);
            else
                new Span<uint>(registers + offset, Warp.Lanes).Fill((uint)bits);
        }

        foreach ((int offset, string name) in _specials)
        {
            for (int lane = 0; lane < Warp.Lanes; lane++)
                ((uint*)(registers + offset))[lane] = Value(name, launch, warp, lane);
        }
    }

    public void FillBlock(byte* registers, (int X, int Y, int Z) block)
    {
        foreach ((int offset, string name) in _specials)
        {
            if (name.StartsWith("%ctaid", StringComparison.Ordinal))
                new Span<uint>(registers + offset, Warp.Lanes).Fill((uint)Part(block, name));
        }
    }

    private static uint Value(string name, Launch launch, int warp, int lane)
    {
        uint bit = 1u << lane;
        return name switch
        {
            "%laneid" => (uint)lane,
            "%warpid" => (uint)warp,
            "%nwarpid" => (uint)launch.WarpsPerBlock,
            "%lanemask_eq" => bit,
            "%lanemask_lt" => bit - 1,
            "%lanemask_le" => bit | (bit - 1),
            "%lanemask_gt" => ~(bit | (bit - 1)),
            "%lanemask_ge" => ~(bit - 1),
            "%nsmid" => 1,
            "%smid" or "%gridid" => 0,
            _ when name.StartsWith("%tid", StringComparison.Ordinal) =>
                (uint)Part(launch.ThreadAt((warp * Warp.Lanes) + lane), name),
            _ when name.StartsWith("%ntid", StringComparison.Ordinal) => (uint)Part(launch.Block, name),
            _ when name.StartsWith("%nctaid", StringComparison.Ordinal) => (uint)Part(launch.Grid, name),
            _ => 0,
        };
    }

    private static int Part((int X, int Y, int Z) value, string name) => name[^1] switch
    {
        'x' => value.X,
        'y' => value.Y,
        _ => value.Z,
    };
}
