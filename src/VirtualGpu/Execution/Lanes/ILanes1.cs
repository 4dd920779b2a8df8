namespace MolEngine.VirtualGpu.Execution.Lanes;

/// <summary>A function of one lane's value.</summary>
internal interface ILanes1<TA, TD>
{
    static abstract TD Apply(TA a);
}
