using MolEngine.Basics.Text;

namespace MolEngine.Trainer.Display;

/// <summary>How much of a piece of work is done.</summary>
/// <param name="Unit">What is counted, of one: "row".</param>
internal readonly record struct Share(long Done, long All, string Unit)
{
    /// <summary>The part that is done, from 0 to 1.</summary>
    public double Part => All <= 0 ? 0 : Math.Clamp((double)Done / All, 0, 1);

    /// <summary>"12 of 100 rows".</summary>
    public override string ToString() => $"{Counts.Of(Done)} of {Counts.Of(All, Unit)}";

    /// <summary>The time that the rest takes if it goes on as it went; null before anything is done.</summary>
    public TimeSpan? Left(TimeSpan taken) => Part == 0 ? null : taken * ((1 - Part) / Part);
}
