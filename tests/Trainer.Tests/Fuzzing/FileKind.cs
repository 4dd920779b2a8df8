namespace MolEngine.Trainer.Tests.Fuzzing;

/// <summary>What the structure of a file is.</summary>
internal enum FileKind
{
    /// <summary>None that is known here: its bytes are damaged.</summary>
    Bytes,

    /// <summary>One value.</summary>
    Json,

    /// <summary>A value a line.</summary>
    Lines,

    Yaml,

    /// <summary>A length, a JSON object, and tensors.</summary>
    Safetensors,
}
