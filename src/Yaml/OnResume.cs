namespace MolEngine.Yaml;

/// <summary>Whether a run that goes on from a checkpoint may have another value of a key.</summary>
public enum OnResume
{
    /// <summary>No: the result depends on it.</summary>
    Fixed,

    /// <summary>Yes: where things lie, what is watched and saved, how fast it goes; the result is the same.</summary>
    Free,
}
