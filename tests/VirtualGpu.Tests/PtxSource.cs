using System.Text;

namespace MolEngine.VirtualGpu.Tests;

/// <summary>PTX written by hand: a module, and a kernel that applies one instruction to arrays.</summary>
internal static class PtxSource
{
    public const string Header = ".version 8.0\n.target sm_80\n.address_size 64\n";

    /// <summary>A kernel with 64-bit parameters p0 .. and registers of every type.</summary>
    public static string Kernel(
        string name, int parameters, string body, string before = "", string target = "sm_80")
    {
        string list = string.Join(", ", Enumerable.Range(0, parameters).Select(i => $".param .u64 p{i}"));
        return $$"""
            .version 8.0
            .target {{target}}
            .address_size 64
            .file 1 "kernel.cu"
            {{before}}
            .visible .entry {{name}}({{list}})
            {
            .reg .pred %p<40>;
            .reg .b16 %h<40>;
            .reg .b32 %r<80>;
            .reg .f32 %f<80>;
            .reg .b64 %rd<80>;
            .reg .f64 %fd<40>;
            {{body}}
            ret;
            }
            """;
    }

    /// <summary>
    /// Loads one operand of each type from p0, p1, ..., executes the instruction (its operands %a0, %a1, .., its result
    /// %d) and stores %d to the parameter after them. Predicate results are stored as 0 or 1.
    /// </summary>
    public static string Apply(string instruction, string result, params string[] operands)
    {
        var body = new StringBuilder();
        body.AppendLine(".reg .pred %dp;\nmov.u32 %r70, %tid.x;\nmov.u32 %r71, %ctaid.x;\nmov.u32 %r72, %ntid.x;");
        body.AppendLine("mad.lo.s32 %r70, %r71, %r72, %r70;");
        for (int i = 0; i < operands.Length; i++)
        {
            body.AppendLine($".reg .{operands[i]} %a{i};");
            body.AppendLine($"ld.param.u64 %rd70, [p{i}];\nmul.wide.u32 %rd71, %r70, {Bytes(operands[i])};");
            body.AppendLine($"add.s64 %rd70, %rd70, %rd71;\nld.global.{operands[i]} %a{i}, [%rd70];");
        }

        string stored = result == "pred" ? "u32" : result;
        body.AppendLine($".reg .{stored} %d;");
        body.AppendLine(instruction);
        if (result == "pred")
            body.AppendLine("selp.u32 %d, 1, 0, %dp;");
        body.AppendLine($"ld.param.u64 %rd70, [p{operands.Length}];\nmul.wide.u32 %rd71, %r70, {Bytes(stored)};");
        body.AppendLine($"add.s64 %rd70, %rd70, %rd71;\nst.global.{stored} [%rd70], %d;");
        return Kernel("apply", operands.Length + 1, body.ToString());
    }

    private static int Bytes(string type) => int.Parse(type[1..]) / 8;
}
