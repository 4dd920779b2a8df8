namespace MolEngine.Support;

/// <summary>What the tests ship: a tokenizer of bytes, two small corpora and a config.</summary>
public static class Material
{
    public static string Folder { get; } = Path.Combine(Shared.Repository, "tests", "Support", "Material");

    /// <summary>A model folder without weights: a tokenizer whose tokens are bytes.</summary>
    public static string Model { get; } = Path.Combine(Folder, "model");
}
