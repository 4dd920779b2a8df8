namespace MolEngine.VirtualGpu.Ptx;

internal enum PtxTokenKind
{
    /// <summary>
    /// A name, a directive (.reg), an opcode with its modifiers (ld.global.f32) or a register (%tid.x).
    /// </summary>
    Word,

    /// <summary>An integer or a hexadecimal float (0f3F800000), without its sign.</summary>
    Number,

    /// <summary>A string, without its quotes.</summary>
    Text,

    /// <summary>One character of punctuation.</summary>
    Punctuation,

    End,
}
