namespace MolEngine.VirtualGpu.Execution.Lanes;

/// <summary>A function of three of a lane's values.</summary>
internal interface ILanes3<TA, TB, TC, TD>
{
    static abstract TD Apply(TA a, TB b, TC c);
}
