namespace MolEngine.Trainer.Cli;

/// <summary>What a path on the command line holds.</summary>
internal enum PathKind
{
    /// <summary>A folder with adapter_config.json.</summary>
    Adapter,

    /// <summary>A folder with config.json.</summary>
    Model,

    /// <summary>A folder with config.yaml.</summary>
    Run,

    /// <summary>A file named .yaml or .yml.</summary>
    Config,

    /// <summary>Any other file, or a folder.</summary>
    Corpus,
}
