using MolEngine.VirtualGpu.Counters;
using MolEngine.VirtualGpu.Execution;

namespace MolEngine.VirtualGpu.Lowering;

internal readonly record struct Lowered(Operation Operation, InstructionClass Class);
