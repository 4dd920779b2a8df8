namespace MolEngine.Runs.Experiments;

/// <summary>A picture of gain, upwards, against loss, to the right: a point a run, and one for each cell's mean.
/// </summary>
/// <param name="Id">Unique on the page, of letters and dashes.</param>
/// <param name="Unit">Of both axes.</param>
/// <param name="Gain">What the upward axis is of.</param>
/// <param name="Loss">What the other axis is of.</param>
public sealed record GainPicture(
    string Id, string Title, string Unit, string Gain, string Loss, IReadOnlyList<GainPoint> Points);
