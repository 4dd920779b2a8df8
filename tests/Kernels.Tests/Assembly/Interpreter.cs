using Iced.Intel;

namespace MolEngine.Kernels.Tests.Assembly;

/// <summary>
/// Executes the machine code of <see cref="Cpu.Assembly.TileKernels"/>, by Intel's manual (volume 2, and for AMX the
/// Instruction Set Extensions reference), on processors that lack its instructions, too. Registers hold real addresses.
/// </summary>
internal sealed unsafe class Interpreter
{
    private const int Rows = 16, RowBytes = 64, Lanes = 16;

    private readonly Dictionary<ulong, Instruction> _code = [];
    private readonly ulong[] _general = new ulong[16];
    private readonly float[][] _vectors = Made(32, () => new float[Lanes]);
    private readonly byte[][] _tiles = Made(8, () => new byte[Rows * RowBytes]);
    private bool _isZero;
    private bool _hasTiles;

    public Interpreter(byte[] code)
    {
        var decoder = Decoder.Create(64, code);
        while (decoder.IP < (ulong)code.Length)
        {
            Instruction next = decoder.Decode();
            Assert.NotEqual(Code.INVALID, next.Code);
            _code[next.IP] = next;
        }
    }

    /// <summary>Instructions that were executed.</summary>
    public long Executed { get; private set; }

    /// <summary>Calls the function with one argument.</summary>
    /// <param name="hasTiles">Whether the thread has tile registers of the shapes that the kernels use.</param>
    public void Call(void* argument, bool hasTiles)
    {
        _hasTiles = hasTiles;
        _general[7] = (ulong)argument;
        ulong at = 0;
        while (true)
        {
            Instruction i = _code[at];
            Executed++;
            if (i.Mnemonic == Mnemonic.Ret)
                return;
            at = Step(i) ? i.NearBranchTarget : i.NextIP;
        }
    }

    /// <summary>Whether a branch is taken.</summary>
    private bool Step(in Instruction i)
    {
        switch (i.Mnemonic)
        {
            case Mnemonic.Mov:
                General(i.Op0Register) = i.Op1Kind switch
                {
                    OpKind.Register => General(i.Op1Register),
                    OpKind.Memory => *(ulong*)Address(i),
                    _ => i.GetImmediate(1),
                };
                break;
            case Mnemonic.Lea:
                General(i.Op0Register) = (ulong)Address(i);
                break;
            case Mnemonic.Add:
                Result(i, General(i.Op0Register) + Operand(i));
                break;
            case Mnemonic.Dec:
                Result(i, General(i.Op0Register) - 1);
                break;
            case Mnemonic.Shl:
                Result(i, General(i.Op0Register) << (int)i.GetImmediate(1));
                break;
            case Mnemonic.Test:
                _isZero = (General(i.Op0Register) & Operand(i)) == 0;
                break;
            case Mnemonic.Jmp:
                return true;
            case Mnemonic.Je:
                return _isZero;
            case Mnemonic.Jne:
                return !_isZero;
            case Mnemonic.Nop or Mnemonic.Vzeroupper:
                break;
            default:
                Vector(i);
                break;
        }

        return false;
    }

    private void Vector(in Instruction i)
    {
        switch (i.Mnemonic)
        {
            case Mnemonic.Vmovups when i.Op0Kind == OpKind.Memory:
                _vectors[i.Op1Register.GetNumber()].CopyTo(new Span<float>(Address(i), Lanes));
                break;
            case Mnemonic.Vmovups:
                new Span<float>(Address(i), Lanes).CopyTo(_vectors[i.Op0Register.GetNumber()]);
                break;
            case Mnemonic.Vpxord:
                Assert.Equal(i.Op1Register, i.Op2Register);
                _vectors[i.Op0Register.GetNumber()].AsSpan().Clear();
                break;
            case Mnemonic.Vaddps:
                Assert.Equal(i.Op0Register, i.Op1Register);
                float[] onto = _vectors[i.Op0Register.GetNumber()];
                for (int lane = 0; lane < Lanes; lane++)
                    onto[lane] += ((float*)Address(i))[lane];
                break;
            case Mnemonic.Vdpbf16ps:
                Assert.True(i.IsBroadcast);
                uint pair = *(uint*)Address(i);
                float[] sums = _vectors[i.Op0Register.GetNumber()], b = _vectors[i.Op1Register.GetNumber()];
                for (int lane = 0; lane < Lanes; lane++)
                {
                    uint other = BitConverter.SingleToUInt32Bits(b[lane]);
                    sums[lane] = Plus(sums[lane], High(other), High(pair));
                    sums[lane] = Plus(sums[lane], Low(other), Low(pair));
                }

                break;
            default:
                Tile(i);
                break;
        }
    }

    private void Tile(in Instruction i)
    {
        Assert.True(_hasTiles, $"{i}: the thread has no tile registers");
        byte[] tile = _tiles[i.Op0Kind == OpKind.Memory ? i.Op1Register.GetNumber() : i.Op0Register.GetNumber()];
        switch (i.Mnemonic)
        {
            case Mnemonic.Tilezero:
                tile.AsSpan().Clear();
                break;
            case Mnemonic.Tileloadd:
                for (int row = 0; row < Rows; row++)
                    new Span<byte>(RowAddress(i, row), RowBytes).CopyTo(tile.AsSpan(row * RowBytes));
                break;
            case Mnemonic.Tilestored:
                for (int row = 0; row < Rows; row++)
                    tile.AsSpan(row * RowBytes, RowBytes).CopyTo(new Span<byte>(RowAddress(i, row), RowBytes));
                break;
            case Mnemonic.Tdpbf16ps:
                Multiply(tile, _tiles[i.Op1Register.GetNumber()], _tiles[i.Op2Register.GetNumber()]);
                break;
            default:
                Assert.Fail($"{i}: not known");
                break;
        }
    }

    /// <summary>Even and odd k's are summed apart, then together, then onto C.</summary>
    private static void Multiply(byte[] c, byte[] a, byte[] b)
    {
        fixed (byte* to = c, left = a, right = b)
        {
            for (int m = 0; m < Rows; m++)
            {
                for (int n = 0; n < Lanes; n++)
                {
                    float even = 0, odd = 0;
                    for (int k = 0; k < Rows; k++)
                    {
                        uint x = ((uint*)left)[(m * Lanes) + k], y = ((uint*)right)[(k * Lanes) + n];
                        even = Plus(even, Low(x), Low(y));
                        odd = Plus(odd, High(x), High(y));
                    }

                    float* sum = (float*)to + (m * Lanes) + n;
                    *sum = Flushed(Flushed(*sum) + Flushed(even + odd));
                }
            }
        }
    }

    /// <summary>sum + x y, rounded once to the nearest, subnormal numbers taken and given as zeros.</summary>
    private static float Plus(float sum, float x, float y) =>
        Flushed(MathF.FusedMultiplyAdd(Flushed(x), Flushed(y), Flushed(sum)));

    private static float Flushed(float x) => float.IsSubnormal(x) ? MathF.CopySign(0, x) : x;

    private static float Low(uint pair) => BitConverter.UInt32BitsToSingle(pair << 16);

    private static float High(uint pair) => BitConverter.UInt32BitsToSingle(pair & 0xffff0000);

    private ref ulong General(Register register) => ref _general[register.GetNumber()];

    private ulong Operand(in Instruction i) =>
        i.Op1Kind == OpKind.Register ? General(i.Op1Register) : i.GetImmediate(1);

    private void Result(in Instruction i, ulong value)
    {
        General(i.Op0Register) = value;
        _isZero = value == 0;
    }

    private byte* Address(in Instruction i)
    {
        ulong address = General(i.MemoryBase) + i.MemoryDisplacement64;
        return (byte*)(i.MemoryIndex == Register.None
            ? address
            : address + (General(i.MemoryIndex) * (ulong)i.MemoryIndexScale));
    }

    /// <summary>Of a tile's memory the index is the stride between rows.</summary>
    private byte* RowAddress(in Instruction i, int row) =>
        (byte*)(General(i.MemoryBase) + i.MemoryDisplacement64 + (General(i.MemoryIndex) * (ulong)row));

    private static T[] Made<T>(int count, Func<T> one) => [.. Enumerable.Range(0, count).Select(_ => one())];
}
