using MolEngine.VirtualGpu.Ptx;

namespace MolEngine.VirtualGpu.Lowering;

/// <summary>Which registers an instruction writes and reads.</summary>
internal static class RegisterUse
{
    private static readonly HashSet<string> WithoutResult =
        ["st", "red", "bra", "ret", "exit", "bar", "barrier", "membar", "fence", "cp", "prefetch", "prefetchu", "trap",
            "brkpt", "nanosleep", "stmatrix", "discard", "applypriority", "call", "pmevent"];

    /// <summary>The first operand is written, but where the instruction has no result (bar.red has one).</summary>
    public static void Of(PtxInstruction instruction, List<PtxRegister> written, List<PtxRegister> read)
    {
        written.Clear();
        read.Clear();
        bool hasResult = !WithoutResult.Contains(instruction.Name)
            || instruction.Opcode.Contains(".red.", StringComparison.Ordinal) && instruction.Name is "bar" or "barrier";
        for (int i = 0; i < instruction.Operands.Count; i++)
        {
            bool isResult = i == 0 && hasResult && instruction.Operands[i] is not PtxOperand.Address;
            Collect(instruction.Operands[i], isResult ? written : read);
        }

        if (instruction.Guard is { } guard)
        {
            read.Add(guard.Value);
            // Lanes whose guard is false keep what they had.
            read.AddRange(written);
        }
    }

    private static void Collect(PtxOperand operand, List<PtxRegister> into)
    {
        switch (operand)
        {
            case PtxOperand.Register register:
                into.Add(register.Value);
                break;
            case PtxOperand.Address address:
                Collect(address.Base, into);
                break;
            case PtxOperand.Pair pair:
                Collect(pair.First, into);
                Collect(pair.Second, into);
                break;
            case PtxOperand.Vector vector:
                foreach (PtxOperand element in vector.Elements)
                    Collect(element, into);
                break;
        }
    }
}
