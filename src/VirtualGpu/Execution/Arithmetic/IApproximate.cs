using System.Runtime.Intrinsics;

namespace MolEngine.VirtualGpu.Execution.Arithmetic;

/// <summary>An approximate instruction: its true value and how far from it hardware may be.</summary>
internal interface IApproximate
{
    /// <param name="b">Only division has a second operand.</param>
    static abstract double Value(double a, double b);

    /// <summary>
    /// Whether <see cref="Values"/> is there: either the same bits as <see cref="Value"/>, or within
    /// <see cref="ApproximateFunctions.Doubt"/> of it.
    /// </summary>
    static virtual bool HasVector => false;

    static virtual Vector512<double> Values(Vector512<double> a, Vector512<double> b) =>
        throw new InvalidOperationException();

    /// <summary>The largest documented error, as an absolute number.</summary>
    /// <param name="value">The true value, finite and not zero.</param>
    static abstract double Error(double a, double value);
}
