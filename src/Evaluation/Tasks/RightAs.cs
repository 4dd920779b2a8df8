namespace MolEngine.Evaluation.Tasks;

/// <summary>How a record says which option is right.</summary>
public enum RightAs
{
    /// <summary>By label or text, or else by its place from 0.</summary>
    Any,
    Label,
    Text,

    /// <summary>By its place from 0.</summary>
    Place,

    /// <summary>By its place from 1.</summary>
    PlaceFromOne,
}
