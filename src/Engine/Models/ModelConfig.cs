using MolEngine.Engine.Models.Common;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Engine.Models;

/// <summary>A Hugging Face <c>config.json</c> of one of the known architectures, checked and resolved.</summary>
public sealed record ModelConfig
{
    /// <summary>The architecture's name, for instance <c>Qwen3ForCausalLM</c>.</summary>
    public required string Architecture { get; init; }

    /// <summary>The model type, for instance <c>qwen3</c>.</summary>
    public required string ModelType { get; init; }

    public required int VocabSize { get; init; }

    public required int HiddenSize { get; init; }

    public required int IntermediateSize { get; init; }

    public required int NumLayers { get; init; }

    /// <summary>Query heads.</summary>
    public required int NumHeads { get; init; }

    /// <summary>Key and value heads; divides <see cref="NumHeads"/>.</summary>
    public required int NumKvHeads { get; init; }

    /// <summary>Even; may differ from hidden / heads.</summary>
    public required int HeadDim { get; init; }

    public required double RmsNormEps { get; init; }

    public required RopeParameters Rope { get; init; }

    /// <summary>Whether the head is the embedding.</summary>
    public required bool TieWordEmbeddings { get; init; }

    /// <summary>The longest context the model is meant for, in tokens.</summary>
    public required int MaxPositionEmbeddings { get; init; }

    /// <summary>Biases on q_proj, k_proj and v_proj.</summary>
    public required bool QkvBias { get; init; }

    /// <summary>A bias on o_proj.</summary>
    public required bool OutputBias { get; init; }

    /// <summary>RMS norms on every query and key head before the rotation.</summary>
    public required bool QkNorm { get; init; }

    /// <summary>Layers without rotary positions, ascending; mostly none.</summary>
    public IReadOnlyList<int> NoRopeLayers { get; init; } = [];

    /// <summary>Up to which context attention is over all tokens; null where it always is.</summary>
    public AttentionLimit? AttentionLimit { get; init; }

    public int? BosTokenId { get; init; }

    /// <summary>
    /// Its embedding is zero in random weights, as in transformers. Otherwise a token like any other: no row is padded,
    /// and its embedding is trained where it occurs.
    /// </summary>
    public int? PadTokenId { get; init; }

    public IReadOnlyList<int> EosTokenIds { get; init; } = [];

    /// <summary>Standard deviation of random linear and embedding weights.</summary>
    public double InitializerRange { get; init; } = 0.02;

    /// <summary>What the config says the weights are stored as; a file may differ.</summary>
    public DType StoredType { get; init; } = DType.F32;

    /// <summary>What the config says without effect, a sentence each, where transformers warns.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>The file's text as found, for exports.</summary>
    public required string RawJson { get; init; }

    /// <summary>Reads <c>config.json</c> of a model folder, or the file itself.</summary>
    /// <exception cref="Files.ModelFileException">Names the file and the key.</exception>
    public static ModelConfig Load(string folderOrFile) => ConfigParser.Load(folderOrFile);

    /// <summary>Reads the text of a config.</summary>
    /// <param name="where">Shown in errors: the file.</param>
    /// <exception cref="Files.ModelFileException">Names <paramref name="where"/> and the key.</exception>
    public static ModelConfig Parse(string json, string where) => ConfigParser.Parse(json, where);

    /// <summary>
    /// Whether the two describe the same computation: all but texts, special ids, stored type and initialisation.
    /// </summary>
    public bool ComputesLike(ModelConfig other) =>
        Computation(this) == Computation(other) && NoRopeLayers.SequenceEqual(other.NoRopeLayers);

    private static ModelConfig Computation(ModelConfig c) => c with
    {
        Architecture = "",
        ModelType = "",
        NoRopeLayers = [],
        AttentionLimit = null,
        Notes = [],
        BosTokenId = null,
        PadTokenId = null,
        EosTokenIds = [],
        InitializerRange = 0,
        StoredType = DType.F32,
        MaxPositionEmbeddings = 0,
        RawJson = "",
    };
}
