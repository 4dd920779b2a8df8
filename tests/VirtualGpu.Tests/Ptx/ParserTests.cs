using FsCheck;
using FsCheck.Fluent;
using MolEngine.Support;
using MolEngine.VirtualGpu.Lowering;
using MolEngine.VirtualGpu.Ptx;

namespace MolEngine.VirtualGpu.Tests.Ptx;

public sealed class ParserTests
{
    private const string Module = """
        // a comment
        .version 8.5
        .target sm_80
        .address_size 64 /* another
        over lines */
        .global .align 8 .u64 p = generic(values)+4;
        .global .align 4 .b8 values[8] = {1, 2, 3, 4, 5, 6, 7, 8};
        .extern .shared .align 16 .b8 dynamic[];
        .func (.param .b32 r) helper(.param .b32 x) { { ret; } }
        .visible .entry k(.param .u32 a, .param .align 16 .b8 b[24], .param .u64 .ptr .global c)
        .maxntid 64, 2, 1
        .minnctapersm 2
        {
            .reg .pred %p<3>;
            .reg .b32 %r<5>, x;
            .loc 1 10 3
            ld.param.u32 %r1, [a];
            .loc 1 14 5, function_name $L__info_string0, inlined_at 1 18 3
        $L__BB0_1:
            @!%p1   add.s32   %r2, %r1, -7;
            .loc 1 0 0
            { .reg .b32 x; mov.b32 x, 0f3F800000; }
            st.shared.v2.b32 [dynamic+8], {x, %r2};
            shfl.sync.down.b32	%r3|%p2, %r2, 1, 31, -1;
            .pragma "nounroll";
            @%p2 bra $L__BB0_1;
            ret;
        }
        .file 1 "/somewhere/source.cu"
        .section .debug_str { $L__info_string0: .b8 1, 2 }
        """;

    [Fact]
    public void A_module_is_what_it_says()
    {
        PtxModule module = PtxModule.Parse(Module);
        Assert.Equal((new Version(8, 5), 80), (module.Version, module.Target));
        Assert.Equal(["p", "values", "dynamic"], module.Variables.Select(v => v.Name));
        Assert.Equal((0L, "values", 4L), module.Variables[0].References.Single());
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8], module.Variables[1].Initial!);
        Assert.True(module.Variables[2].IsDynamic);
        PtxEntry entry = Assert.Single(module.Entries);
        Assert.Equal(("k", 128, 1), (entry.Name, entry.MaxThreads, entry.Labels["$L__BB0_1"]));
        Assert.Equal([4L, 24, 8], entry.Parameters.Select(p => p.Size));
        Assert.Equal(
            ["ld.param.u32", "add.s32", "mov.b32", "st.shared.v2.b32", "shfl.sync.down.b32", "bra", "ret"],
            entry.Instructions.Select(i => i.Opcode));
        PtxInstruction add = entry.Instructions[1];
        Assert.Equal(("@!%p1 add.s32 %r2, %r1, -7", 20), (add.Text, add.Line));
        Assert.True(add.Guard!.Negated);
        Assert.Equal(new PtxOperand.Immediate(unchecked((ulong)-7L), null), add.Operands[2]);
        Assert.Equal([10, 14, 14, 14, 14, 14, 14], entry.Instructions.Select(i => i.Source.Line));
        Assert.Equal("source.cu:14", add.Source.ToString());
        var inner = (PtxOperand.Register)entry.Instructions[2].Operands[0];
        var outer = (PtxOperand.Register)((PtxOperand.Vector)entry.Instructions[3].Operands[1]).Elements[0];
        Assert.Equal(("x", "x"), (inner.Value.Name, outer.Value.Name));
        Assert.NotSame(inner.Value, outer.Value);
        Assert.Equal(new PtxOperand.Immediate(0x3F800000, PtxType.F32), entry.Instructions[2].Operands[1]);
        Assert.IsType<PtxOperand.Pair>(entry.Instructions[4].Operands[0]);
    }

    [Fact]
    public void Parameters_lie_at_multiples_of_their_alignment()
    {
        PtxModule module = PtxModule.Parse(Module);
        var symbols = new Symbols(module, module.Entries[0], new Dictionary<string,
            ulong>
        { ["p"] = 0, ["values"] = 8 });
        Assert.Equal([0, 16, 40], symbols.KernelParameters.Select(p => p.Offset));
        Assert.Equal(48, symbols.ParameterBytes);
    }

    /// <summary>
    /// Text with a piece cut out, doubled or spoiled is parsed or refused with a line, never anything else.
    /// </summary>
    [Property(MaxTest = 400)]
    public Property Spoiled_text_is_refused_with_a_line() => Prop.ForAll(
        (from start in Gen.Choose(0, Module.Length - 1)
         from length in Gen.Choose(0, 40)
         from insert in Gen.Elements("", "{", "}", ";", "0x", "\"", "%", ".", "@", "[", "9999999999999999999999", "é",
             ".reg", "/*")
         select (start, length, insert)).ToArbitrary(),
        edit =>
        {
            int end = Math.Min(Module.Length, edit.start + edit.length);
            string text = Module[..edit.start] + edit.insert + Module[end..];
            try
            {
                PtxModule module = PtxModule.Parse(text);
                return module.Target > 0;
            }
            catch (PtxException refused)
            {
                return refused.Line >= 1 && refused.Line <= text.Count(c => c == '\n') + 1;
            }
        });

    /// <summary>An instruction keeps its text, whatever blanks and comments stand between its parts.</summary>
    [Property]
    public Property Blanks_do_not_matter() => Prop.ForAll(
        Gen.ListOf(Gen.Elements(" ", "\t", "\n", "  ", " /* x */ ", "// y\n"), 6).ToArbitrary(),
        blanks =>
        {
            string[] b = [.. blanks];
            string text = $"{PtxSource.Header}.entry k(){b[0]}{{ .reg{b[1]} .b32 %r<4>; add.s32{b[2]} "
                + $"%r1{b[3]},{b[4]} %r2, %r3{b[5]}; }}";
            PtxInstruction add = PtxModule.Parse(text).Entries[0].Instructions.Single();
            return add.Opcode == "add.s32" && add.Operands.Count == 3;
        });

    /// <summary>Two registers that are live at the same time never share a place.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Registers_share_places_only_when_they_may(int seed)
    {
        // A chain in which register i + 2 is made of i and i + 1: three are live at any time.
        string body = string.Concat(Enumerable.Range(0, 60).Select(i => $"add.s32 %r{i + 2}, %r{i}, %r{i + 1};\n"));
        PtxEntry entry = PtxModule.Parse(PtxSource.Kernel("chain", seed,
            $"mov.u32 %r0, 1;\nmov.u32 %r1, 2;\n{body}")).Entries[0];
        RegisterAllocation allocation = RegisterAllocation.Of(entry);
        int[] places = [.. entry.Registers.Where(r => r.Type == PtxType.B32).Select(allocation.Offset)];
        Assert.Equal(3, places.Distinct().Count());
        for (int i = 0; i + 2 < places.Length; i++)
            Assert.Equal(3, places.Skip(i).Take(3).Distinct().Count());
        Assert.Equal(2, allocation.MostLive);
    }
}
