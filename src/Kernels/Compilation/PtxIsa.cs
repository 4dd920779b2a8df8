using System.Text.RegularExpressions;

namespace MolEngine.Kernels.Compilation;

/// <summary>
/// The version of the PTX ISA that a text needs: the largest of what its target, its directives and its instructions
/// need, each by the section "PTX ISA Notes" of the instruction in NVIDIA's PTX ISA. A driver refuses PTX of a newer
/// version than its own, and a compiler writes its own, whatever the text holds.
/// </summary>
/// <remarks>
/// An instruction is its name and its dotted parts; it needs the largest version of all of them, and of the rules for
/// combinations. A part that is in no table is refused by name and line: a guess could make a program that no
/// driver loads.
/// </remarks>
public static partial class PtxIsa
{
    private static readonly Version V70 = new(7, 0);

    /// <summary>Targets and the version that brought them.</summary>
    private static readonly Dictionary<string, Version> Targets = Table(
        "7.0 sm_80", "7.1 sm_86", "7.4 sm_87", "7.8 sm_89 sm_90", "8.0 sm_90a");

    private static readonly Dictionary<string, Version> Directives = Table(
        "1.0 .version .target .entry .func .visible .extern .param .reg .shared .global .const .local .align .file "
        + ".section .maxntid .maxnreg .b8 .b16 .b32 .b64 .u8 .u16 .u32 .u64 .s8 .s16 .s32 .s64 .f32 .f64 .pred",
        "2.0 .minnctapersm .pragma .loc", "2.1 .reqntid", "2.3 .address_size", "3.1 .weak", "5.0 .common",
        "6.4 .noreturn");

    /// <summary>
    /// Names. Those since before 7.0, which brought the least target, stand together under 7.0: no text needs less.
    /// </summary>
    private static readonly Dictionary<string, Version> Names = Table(
        "7.0 abs activemask add addc and atom bar barrier bfe bfi bfind bra brev call clz cnot copysign cos cp cvt "
        + "cvta div ex2 exit fence fma isspacep ld ldmatrix lg2 lop3 mad mad24 madc match max membar min mma mov mul "
        + "mul24 nanosleep neg not or popc prefetch prmt rcp red redux rem ret rsqrt sad selp set setp shf shfl shl "
        + "shr sin slct sqrt st sub subc tanh testp trap vote xor",
        "7.8 stmatrix movmatrix griddepcontrol");

    /// <summary>Dotted parts.</summary>
    private static readonly Dictionary<string, Version> Parts = Table(
        "7.0 b8 b16 b32 b64 u8 u16 u32 u64 s8 s16 s32 s64 f16 f16x2 f32 f64 bf16 bf16x2 tf32 pred "
        + "rn rz rm rp rni rzi rmi rpi rna sat ftz approx full wide lo hi hs ls cc to relu NaN abs "
        + "global shared local const param ca cg cs lu cv wb wt nc volatile v2 v4 uni sync aligned arrive warp "
        + "eq ne lt le gt ge equ neu ltu leu gtu geu num nan and or xor popc add inc dec min max exch cas "
        + "idx up down bfly ballot any all clamp wrap l r shiftamt f4e b4e rc8 ecl ecr rc16 "
        + "m16n8k16 m16n8k8 row col x1 x2 x4 m8n8 trans async commit_group wait_group wait_all "
        + "gl cta sys gpu sc acq_rel relaxed acquire release finite infinite number notanumber normal subnormal "
        + "u L1 L2",
        "7.2 xorsign", "7.4 L1::evict_last L1::evict_first L1::evict_normal L1::no_allocate L1::evict_unchanged "
        + "L2::64B L2::128B L2::256B L2::cache_hint", "7.8 shared::cta cluster shared::cluster");

    /// <summary>Combinations that came later than their parts.</summary>
    private static readonly (Regex Instruction, Version Version)[] Combinations =
    [
        (new Regex(@"^cvt\.f32\.bf16$"), new Version(7, 1)),
        (new Regex(@"^cvt\.(\w+\.)*bf16\.[us]\d+$|^cvt\.(\w+\.)*[us]\d+\.bf16$"), new Version(7, 8)),
        (new Regex(@"^cvt\.(\w+\.)*(bf16\.f16|f16\.bf16|bf16\.f64|f64\.bf16|bf16\.bf16)$"), new Version(7, 8)),
        (new Regex(@"^(add|sub|mul|set|setp|ex2|tanh)\.(\w+\.)*bf16(x2)?(\.|$)"), new Version(7, 8)),
        (new Regex(@"^(atom|red)\.(\S+\.)*bf16(x2)?$"), new Version(7, 8)),
    ];

    /// <summary>The least version that a text may declare.</summary>
    /// <param name="name">For errors.</param>
    /// <exception cref="FormatException">Something in it is in no table.</exception>
    public static Version Least(string ptx, string name)
    {
        Version least = V70;
        string[] lines = BlockComment().Replace(ptx, KeepLines).Split('\n');
        bool inSection = false;
        for (int i = 0; i < lines.Length; i++)
        {
            string line = LineComment().Replace(lines[i], "").Trim();

            // Debug data: bytes and labels between braces.
            if (line.StartsWith(".section", StringComparison.Ordinal))
                inSection = true;
            if (inSection)
            {
                inSection = !line.EndsWith('}');
                continue;
            }

            foreach (string statement in Statements(line))
            {
                Version needed = OfStatement(statement) ?? throw new FormatException(
                    $"PTX of {name}:{i + 1}: the ISA version of \"{statement}\" is not known. "
                    + $"Look it up in the PTX ISA and add it to {nameof(PtxIsa)}.");
                least = needed > least ? needed : least;
            }
        }

        return least;
    }

    /// <summary>What lies between semicolons and braces, without labels and predicates.</summary>
    private static IEnumerable<string> Statements(string line) => Parameters().Replace(line, "")
        .Split(';')
        .Select(s => Prefix().Replace(s.Trim(' ', '\t', '{', '}', '\r'), ""))
        .Where(s => s.Length > 0 && s is not ("(" or ")"));

    private static Version? OfStatement(string statement)
    {
        if (statement[0] == '.')
            return OfDirective(statement);
        string instruction = statement.Split([' ', '\t'], 2)[0];
        string[] parts = instruction.Split('.');
        if (!Names.TryGetValue(parts[0], out Version? version))
            return null;
        foreach (string part in parts.Skip(1))
        {
            if (!Parts.TryGetValue(part, out Version? needed))
                return null;
            version = needed > version ? needed : version;
        }

        foreach ((Regex combination, Version needed) in Combinations)
            version = combination.IsMatch(instruction) && needed > version ? needed : version;
        return version;
    }

    private static Version? OfDirective(string statement)
    {
        string[] words = statement.Split([' ', '\t', ',', '('], StringSplitOptions.RemoveEmptyEntries);
        if (!Directives.TryGetValue(words[0], out Version? version))
            return null;
        if (words[0] == ".target")
            return Targets.GetValueOrDefault(words[1]);

        // A line of an inlined function names where it was inlined.
        return words[0] == ".loc" && words.Contains("inlined_at") ? new Version(7, 2) : version;
    }

    /// <summary>Lines of "version word word ...".</summary>
    private static Dictionary<string, Version> Table(params string[] lines) => lines
        .Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .SelectMany(w => w.Skip(1).Select(name => (name, Version: Version.Parse(w[0]))))
        .ToDictionary(p => p.name, p => p.Version, StringComparer.Ordinal);

    private static string KeepLines(Match comment) => new('\n', comment.Value.Count(c => c == '\n'));

    [GeneratedRegex(@"/\*.*?\*/", RegexOptions.Singleline)]
    private static partial Regex BlockComment();

    [GeneratedRegex("//.*$")]
    private static partial Regex LineComment();

    /// <summary>Operand lists in braces: the registers of a vector or a fragment, or initial values.</summary>
    [GeneratedRegex(@"\{[^{};]*\}")]
    private static partial Regex Parameters();

    /// <summary>Labels, and the predicate that guards an instruction.</summary>
    [GeneratedRegex(@"^(?:[\w$%]+:\s*)*(?:@!?%?[\w$]+\s+)?")]
    private static partial Regex Prefix();
}
