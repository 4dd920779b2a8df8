namespace MolEngine.Hub;

/// <summary>What a repository of the Hub holds.</summary>
public enum RepoKind
{
    Model,
    Dataset,
}
