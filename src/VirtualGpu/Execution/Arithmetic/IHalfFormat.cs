namespace MolEngine.VirtualGpu.Execution.Arithmetic;

/// <summary>The two 16-bit formats; a packed register holds two of them, the lower half first.</summary>
internal interface IHalfFormat
{
    static abstract double Decode(uint bits);

    /// <summary>Rounds to nearest even; NaN becomes the canonical one.</summary>
    static abstract uint Encode(double value, RoundingMode mode);
}
