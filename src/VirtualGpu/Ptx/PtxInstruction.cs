namespace MolEngine.VirtualGpu.Ptx;

internal sealed class PtxInstruction
{
    /// <summary>@p or @!p before the instruction; null where it always executes.</summary>
    public PtxOperand.Register? Guard { get; init; }

    /// <summary>The opcode with its modifiers: ld.global.f32.</summary>
    public required string Opcode { get; init; }

    public required IReadOnlyList<PtxOperand> Operands { get; init; }

    /// <summary>The instruction as written, blanks collapsed.</summary>
    public required string Text { get; init; }

    /// <summary>Line of the PTX text, from 1.</summary>
    public required int Line { get; init; }

    public required SourceLine Source { get; init; }

    /// <summary>The opcode's first part.</summary>
    public string Name => Opcode.Split('.', 2)[0];

    public PtxException Refused(string what) => new(Line, $"'{Text}': {what}");
}
