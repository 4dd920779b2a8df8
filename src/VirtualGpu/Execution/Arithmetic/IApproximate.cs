namespace MolEngine.VirtualGpu.Execution.Arithmetic;

/// <summary>An approximate instruction: its true value and how far from it hardware may be.</summary>
internal interface IApproximate
{
    /// <param name="b">Only division has a second operand.</param>
    static abstract double Value(double a, double b);

    /// <summary>The largest documented error, as an absolute number.</summary>
    /// <param name="value">The true value, finite and not zero.</param>
    static abstract double Error(double a, double value);
}
