namespace MolEngine.Data.Records;

/// <summary>Messages of which a field says otherwise than is done whether they are trained on.</summary>
/// <param name="Path">The field: <c>messages[].weight</c>.</param>
/// <param name="AsksToTrain">Whether it asks for what is not done, or against what is.</param>
public sealed record UnheededFlag(string Path, bool AsksToTrain, long Messages);
