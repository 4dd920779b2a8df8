namespace MolEngine.VirtualGpu.Execution.Lanes;

/// <summary>A function of two of a lane's values.</summary>
internal interface ILanes2<TA, TB, TD>
{
    static abstract TD Apply(TA a, TB b);
}
