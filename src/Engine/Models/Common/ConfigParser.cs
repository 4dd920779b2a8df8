using MolEngine.Engine.Files;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Engine.Models.Common;

/// <summary>Makes a <see cref="ModelConfig"/> of the text of a <c>config.json</c>, in either dialect.</summary>
internal static class ConfigParser
{
    public const string FileName = "config.json";
    private const int MaxLayers = 4096;

    /// <summary>Classes that hold a model and have left their own name in its config.</summary>
    private static readonly string[] Wrappers =
    [
        "AutoModelForCausalLM", "DataParallel", "DeepSpeedEngine", "DistributedDataParallel",
        "FullyShardedDataParallel", "OptimizedModule", "PeftModel", "PeftModelForCausalLM",
    ];

    private const int MaxWidth = 1 << 24;

    public static ModelConfig Load(string folderOrFile)
    {
        string path = Directory.Exists(folderOrFile) ? Path.Combine(folderOrFile, FileName) : folderOrFile;
        if (!File.Exists(path))
        {
            throw new ModelFileException(
                $"{path}: not found: expected a model folder with a {FileName}, or the file itself. Check the path.");
        }

        return Parse(JsonFields.Load(path));
    }

    public static ModelConfig Parse(string json, string where) => Parse(JsonFields.Parse(where, json));

    private static ModelConfig Parse(JsonFields f)
    {
        RefusedKeys.CheckQuantisation(f);
        List<string> notes = [];
        Architecture architecture = ReadArchitecture(f, notes);
        int hidden = Size(f, "hidden_size"), heads = Size(f, "num_attention_heads");
        int kvHeads = f.Has("num_key_value_heads") ? Size(f, "num_key_value_heads")
            : f.Names("num_key_value_heads") ? heads : architecture.DefaultKvHeads ?? heads;
        if (heads % kvHeads != 0)
            throw Bad(f, "num_key_value_heads", $"a divisor of num_attention_heads ({heads})", kvHeads);
        int headDim = ReadHeadDim(f, architecture, hidden, heads);
        if ((long)heads * headDim > MaxWidth)
            throw Bad(f, "head_dim", $"num_attention_heads x head_dim up to {MaxWidth}", headDim);
        int layers = Size(f, "num_hidden_layers", MaxLayers);
        RefusedKeys.Check(f, architecture);
        bool? attentionBias = f.Has("attention_bias") ? f.Flag("attention_bias", false) : null;
        (bool qkvBias, bool outputBias) = architecture.Biases(attentionBias);
        int positions = f.Has("max_position_embeddings")
            ? Size(f, "max_position_embeddings", int.MaxValue) : architecture.DefaultMaxPositionEmbeddings;
        int vocabulary = Size(f, "vocab_size"), intermediate = Size(f, "intermediate_size");
        CheckCount(f, "vocab_size", vocabulary, hidden);
        CheckCount(f, "intermediate_size", intermediate, hidden);
        CheckCount(f, "head_dim", heads * headDim, hidden);
        return new ModelConfig
        {
            Architecture = architecture.Name,
            ModelType = architecture.ModelType,
            VocabSize = vocabulary,
            HiddenSize = hidden,
            IntermediateSize = intermediate,
            NumLayers = layers,
            NumHeads = heads,
            NumKvHeads = kvHeads,
            HeadDim = headDim,
            RmsNormEps = Positive(f, "rms_norm_eps", 1e-6),
            Rope = RopeParser.Parse(f, positions, architecture.DefaultTheta, notes),
            NoRopeLayers = ReadNoRopeLayers(f, architecture, layers),
            AttentionLimit = AttentionLimits.Read(f, architecture, layers),
            TieWordEmbeddings = f.Flag("tie_word_embeddings", architecture.DefaultTied),
            MaxPositionEmbeddings = positions,
            QkvBias = qkvBias,
            OutputBias = outputBias,
            QkNorm = architecture.QkNorm,
            BosTokenId = f.Integers("bos_token_id") is [int bos, ..] ? bos : null,
            PadTokenId = ReadPad(f, vocabulary),
            EosTokenIds = EndIds.Read(f, vocabulary),
            InitializerRange = Positive(f, "initializer_range", 0.02),
            StoredType = ReadType(f),
            Notes = notes.Count == 0 ? (IReadOnlyList<string>)[] : notes,
            RawJson = f.RawText,
        };
    }

    /// <summary>
    /// The architecture that <c>architectures</c> names, or, where that is an old spelling or a wrapper around the
    /// model, the one of <c>model_type</c>, as transformers' auto classes have it.
    /// </summary>
    private static Architecture ReadArchitecture(JsonFields f, List<string> notes)
    {
        string known = string.Join(", ", Architectures.Registry.Select(a => a.Name));
        string? type = f.Text("model_type");
        string? name = f.Texts("architectures") is [string first, ..] ? first : null;
        if (name is null && type is null)
        {
            throw new ModelFileException(
                $"{f.Where}: key architectures is missing: expected one of {known}. Add it, or download the file "
                + "again.");
        }

        Architecture? byType = Architectures.Registry.FirstOrDefault(a => a.ModelType == type);
        Architecture? found = name is null ? byType : Architectures.Registry.FirstOrDefault(a => a.Name == name);
        if (found is null && byType is not null && Stands(name!, byType))
        {
            found = byType;
            notes.Add($"{f.Where}: architectures says {name}; the model is computed as {found.Name}, as model_type "
                + $"says {type}");
        }

        if (found is null)
        {
            throw new ModelFileException(
                $"{f.Where}: key {(name is null ? "model_type" : "architectures")}: this architecture is not "
                + $"supported: expected one of {known}, got {name ?? type}. Choose another model.");
        }

        if (type is not null && type != found.ModelType)
        {
            throw new ModelFileException(
                $"{f.Where}: key model_type: expected {found.ModelType} as architectures says {found.Name}, got "
                + $"{type}. Choose another model.");
        }

        return found;
    }

    /// <summary>
    /// Whether a name stands for an architecture: spelled otherwise (LLaMAForCausalLM), with something before it
    /// (FSDPLlamaForCausalLM), or the class of a wrapper.
    /// </summary>
    private static bool Stands(string name, Architecture architecture) =>
        Wrappers.Contains(name) || name.EndsWith(architecture.Name, StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// <c>no_rope_layers</c> has a 1 for each layer with rotary positions; it may be longer than the model.
    /// </summary>
    private static IReadOnlyList<int> ReadNoRopeLayers(JsonFields f, Architecture architecture, int layers)
    {
        const string Key = "no_rope_layers", IntervalKey = "no_rope_layer_interval";
        if (architecture.DefaultNoRopeInterval == 0)
            return [];
        IReadOnlyList<int> rotates = f.Integers(Key);
        int interval = f.OptionalInteger(IntervalKey) ?? architecture.DefaultNoRopeInterval;
        if (interval < 1)
            throw Bad(f, IntervalKey, "1 or more", interval);
        if (!f.Has(Key))
            rotates = [.. Enumerable.Range(1, layers).Select(l => l % interval == 0 ? 0 : 1)];
        if (rotates.Count < layers || rotates.Any(r => r is not (0 or 1)))
            throw f.Wrong(Key, $"0 or 1 for each of the {layers} layers", f.Json.GetProperty(Key));
        int[] none = [.. Enumerable.Range(0, layers).Where(l => rotates[l] == 0)];
        return none.Length == 0 ? [] : none;
    }

    private static int ReadHeadDim(JsonFields f, Architecture architecture, int hidden, int heads)
    {
        int? given = f.Has("head_dim") ? Size(f, "head_dim") : null;
        if (given is null && hidden % heads != 0)
        {
            throw Bad(
                f, "hidden_size", $"a multiple of num_attention_heads ({heads}), as there is no head_dim", hidden);
        }

        int headDim = given ?? hidden / heads;
        if (given is null && architecture.DefaultHeadDim is int theirs && theirs != headDim)
        {
            throw new ModelFileException(
                $"{f.Where}: key head_dim is missing: expected it, since transformers would take {theirs} and "
                + $"hidden_size / num_attention_heads is {headDim}. Add head_dim.");
        }

        return headDim % 2 == 0 ? headDim : throw Bad(f, "head_dim", "an even number (rotary pairs)", headDim);
    }

    private static int? ReadPad(JsonFields f, int vocabulary)
    {
        int? pad = f.OptionalInteger("pad_token_id");
        return pad is null || (pad >= 0 && pad < vocabulary) ? pad : null;
    }

    /// <summary>
    /// <c>dtype</c> (transformers 5) or <c>torch_dtype</c>; float32 where absent, as in transformers 4.
    /// </summary>
    private static DType ReadType(JsonFields f)
    {
        string? newer = f.Text("dtype"), older = f.Text("torch_dtype");
        if (newer is not null && older is not null
            && ParseType(f, "dtype", newer) != ParseType(f, "torch_dtype", older))
        {
            throw new ModelFileException(
                $"{f.Where}: keys dtype and torch_dtype disagree: expected one value, got {newer} and {older}. Remove "
                + "one of the two.");
        }

        string key = newer is not null ? "dtype" : "torch_dtype";
        return (newer ?? older) is string name ? ParseType(f, key, name) : DType.F32;
    }

    private static DType ParseType(JsonFields f, string key, string name)
    {
        return (name.StartsWith("torch.", StringComparison.Ordinal) ? name[6..] : name) switch
        {
            "float32" or "float" => DType.F32,
            "bfloat16" => DType.BF16,
            "float16" or "half" => DType.F16,
            "float64" or "double" => DType.F64,
            _ => throw new ModelFileException(
                $"{f.Where}: key {key}: expected float64, float32, float16 or bfloat16, got {name}. Choose another "
                + "model."),
        };
    }

    private static int Size(JsonFields f, string key, int most = MaxWidth)
    {
        int value = f.Integer(key);
        return value >= 1 && value <= most ? value : throw Bad(f, key, $"1 to {most}", value);
    }

    /// <summary>A tensor of more than 2^31 - 1 elements is beyond a span.</summary>
    private static void CheckCount(JsonFields f, string key, int rows, int hidden)
    {
        if ((long)rows * hidden > int.MaxValue)
        {
            throw Bad(
                f, key, $"at most {int.MaxValue} numbers in a weight of hidden_size {hidden}", (double)rows * hidden);
        }
    }

    private static double Positive(JsonFields f, string key, double otherwise)
    {
        double value = f.OptionalNumber(key) ?? otherwise;
        return value > 0 ? value : throw Bad(f, key, "a number above 0", value);
    }

    private static ModelFileException Bad(JsonFields f, string key, string expected, double got) =>
        new($"{f.Where}: key {key}: expected {expected}, got {got}. Correct the file.");
}
