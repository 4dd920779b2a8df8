using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace MolEngine.Kernels.Cpu.Assembly;

/// <summary>
/// The machine code of tiles of bf16 products, which .NET has no instructions for. Each takes a pointer to a
/// <see cref="TileCall"/> by System V's calling convention and changes no register that a caller keeps.
/// </summary>
internal static class TileKernels
{
    /// <summary>Rows and columns of a tile by AMX: two by two tile registers of 16 x 16.</summary>
    public const int AmxRows = 32, AmxColumns = 32;

    /// <summary>Rows and columns of a tile by AVX512_BF16: 24 sums, four vectors of B, and A from memory.</summary>
    public const int PairRows = 6, PairColumns = 64;

    /// <summary>k's of a step.</summary>
    public const int Step = 32;

    /// <summary>Bytes of a row of A in a step, and of a vector.</summary>
    private const int Line = 64;

    private const int PairVectors = PairColumns / 16;

    private static readonly AssemblerRegisterTMM[] Sums = [tmm0, tmm1, tmm2, tmm3];

    private static readonly AssemblerRegisterZMM[] Zmm =
    [
        zmm0, zmm1, zmm2, zmm3, zmm4, zmm5, zmm6, zmm7, zmm8, zmm9, zmm10, zmm11, zmm12, zmm13, zmm14, zmm15,
        zmm16, zmm17, zmm18, zmm19, zmm20, zmm21, zmm22, zmm23, zmm24, zmm25, zmm26, zmm27, zmm28, zmm29, zmm30, zmm31,
    ];

    /// <summary>Loads the shapes of tile registers from 64 bytes at its argument.</summary>
    public static byte[] Configure() => Assembled(a => a.ldtilecfg(__[rdi]));

    /// <summary>Gives the tile registers up: what they hold is no longer kept for the thread.</summary>
    public static byte[] Release() => Assembled(a => a.tilerelease());

    /// <summary>The shapes: eight registers of 16 rows of 64 bytes (palette 1).</summary>
    public static byte[] Shapes()
    {
        var shapes = new byte[64];
        shapes[0] = 1;
        for (int register = 0; register < 8; register++)
        {
            shapes[16 + (2 * register)] = Line;
            shapes[48 + register] = 16;
        }

        return shapes;
    }

    /// <summary>A tile of <see cref="AmxRows"/> x <see cref="AmxColumns"/>.</summary>
    public static byte[] Amx() => Assembled(a =>
    {
        const int RowBytes = AmxColumns * 4, BlockOfA = 16 * Line;
        LoadCall(a);

        // rcx and r10: the upper and the lower 16 rows of C.
        a.mov(r10, rsi);
        a.shl(r10, 4);
        a.add(r10, rcx);
        AssemblerMemoryOperand[] c =
            [__[rcx + (rsi * 1)], __[rcx + (rsi * 1) + Line], __[r10 + (rsi * 1)], __[r10 + (rsi * 1) + Line]];
        Label zeros = a.CreateLabel(), begin = a.CreateLabel();
        a.test(r9, r9);
        a.je(zeros);
        ForAll(c, (i, at) => a.tileloadd(Sums[i], at));
        a.jmp(begin);
        a.Label(ref zeros);
        ForAll(c, (i, _) => a.tilezero(Sums[i]));
        a.Label(ref begin);
        a.mov(r11, Line);
        a.mov(r9, RowBytes);
        Repeat(a, () =>
        {
            a.tileloadd(tmm4, __[rax + (r11 * 1)]);
            a.tileloadd(tmm6, __[rdx + (r9 * 1)]);
            a.tileloadd(tmm7, __[rdx + (r9 * 1) + Line]);
            a.tdpbf16ps(tmm0, tmm4, tmm6);
            a.tileloadd(tmm5, __[rax + (r11 * 1) + BlockOfA]);
            a.tdpbf16ps(tmm1, tmm4, tmm7);
            a.tdpbf16ps(tmm2, tmm5, tmm6);
            a.tdpbf16ps(tmm3, tmm5, tmm7);
            a.add(rax, AmxRows * Line);
            a.add(rdx, Step / 2 * RowBytes);
        });
        ForAll(c, (i, at) => a.tilestored(at, Sums[i]));
    });

    /// <summary>A tile of <see cref="PairRows"/> x <see cref="PairColumns"/>.</summary>
    public static byte[] Pairs() => Assembled(a =>
    {
        const int RowBytes = PairColumns * 4;
        LoadCall(a);

        // rcx and r10: the upper and the lower three rows of C.
        a.lea(r10, __[rcx + (rsi * 2)]);
        a.add(r10, rsi);
        var c = new AssemblerMemoryOperand[PairRows * PairVectors];
        for (int i = 0; i < c.Length; i++)
            c[i] = RowOfC(i / PairVectors) + (i % PairVectors * Line);
        ForAll(c, (i, _) => a.vpxord(Zmm[i], Zmm[i], Zmm[i]));
        Repeat(a, () =>
        {
            for (int pair = 0; pair < Step / 2; pair++)
            {
                for (int j = 0; j < PairVectors; j++)
                    a.vmovups(Zmm[c.Length + j], __[rdx + (pair * RowBytes) + (j * Line)]);
                for (int i = 0; i < c.Length; i++)
                {
                    AssemblerMemoryOperand both = __dword_bcst[rax + (i / PairVectors * Line) + (pair * 4)];
                    a.vdpbf16ps(Zmm[i], Zmm[c.Length + (i % PairVectors)], both);
                }
            }

            a.add(rax, PairRows * Line);
            a.add(rdx, Step / 2 * RowBytes);
        });
        Label store = a.CreateLabel();
        a.test(r9, r9);
        a.je(store);
        ForAll(c, (i, at) => a.vaddps(Zmm[i], Zmm[i], at));
        a.Label(ref store);
        ForAll(c, (i, at) => a.vmovups(at, Zmm[i]));
        a.vzeroupper();
    });

    private static AssemblerMemoryOperand RowOfC(int row)
    {
        AssemblerRegister64 from = row < 3 ? rcx : r10;
        return (row % 3) switch
        {
            0 => __zmmword_ptr[from],
            1 => __zmmword_ptr[from + (rsi * 1)],
            _ => __zmmword_ptr[from + (rsi * 2)],
        };
    }

    /// <summary>rax, rdx, rcx, rsi, r8, r9: the fields of the call, in order.</summary>
    private static void LoadCall(Assembler a)
    {
        AssemblerRegister64[] fields = [rax, rdx, rcx, rsi, r8, r9];
        for (int i = 0; i < fields.Length; i++)
            a.mov(fields[i], __qword_ptr[rdi + (8 * i)]);
    }

    /// <summary>The body r8 times.</summary>
    private static void Repeat(Assembler a, Action body)
    {
        Label again = a.CreateLabel();
        a.Label(ref again);
        body();
        a.dec(r8);
        a.jne(again);
    }

    private static void ForAll(AssemblerMemoryOperand[] places, Action<int, AssemblerMemoryOperand> emit)
    {
        for (int i = 0; i < places.Length; i++)
            emit(i, places[i]);
    }

    private static byte[] Assembled(Action<Assembler> emit)
    {
        var assembler = new Assembler(bitness: 64);
        emit(assembler);
        assembler.ret();
        using var code = new MemoryStream();
        assembler.Assemble(new StreamCodeWriter(code), rip: 0);
        return code.ToArray();
    }
}
