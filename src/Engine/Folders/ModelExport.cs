using System.Text.Json.Nodes;
using MolEngine.Basics;
using MolEngine.Basics.Files;
using MolEngine.Engine.Adapters;
using MolEngine.Engine.Chat;
using MolEngine.Engine.Files;
using MolEngine.Engine.Models;
using MolEngine.Engine.Models.Common;
using MolEngine.Engine.Weights;
using MolEngine.Kernels.Cpu;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Engine.Folders;

/// <summary>
/// Writes Hugging Face folders: weights (one file, or shards with an index), config, generation config and tokenizer
/// files. The folder appears whole or not at all, and one that holds files is never touched.
/// </summary>
public static class ModelExport
{
    /// <summary>Hugging Face's limit of a shard: 5 GB.</summary>
    public const long DefaultShardBytes = 5_000_000_000;

    /// <summary>
    /// A model with an adapter merged in: every targeted weight becomes W + scale B A, rounded once to the type it is
    /// stored as; all others are copied bit for bit. One tensor is in memory at a time.
    /// </summary>
    /// <returns>What rounding took of the adapter.</returns>
    /// <exception cref="UserException">
    /// The target holds files; the model or the adapter is bad; a merged weight does not fit its type.
    /// </exception>
    public static MergeRounding Merge(
        string target, string modelFolder, string adapterFolder, long shardBytes = DefaultShardBytes)
    {
        ModelConfig config = ModelConfig.Load(modelFolder);
        PeftAdapter adapter = PeftAdapter.Load(adapterFolder, config);
        return Merge(target, modelFolder, adapter.Config, adapter.Modules, shardBytes: shardBytes);
    }

    /// <summary>The same with an adapter in memory.</summary>
    /// <param name="modules">A fp32 [r, in] and B fp32 [out, r] by module path; host memory.</param>
    /// <param name="storeAs">The type of every tensor of the new model; null keeps each one's own.</param>
    /// <param name="progress">Told how many tensors are begun, and of how many.</param>
    /// <param name="prompting">How the new model is prompted; null keeps what the model says.</param>
    public static MergeRounding Merge(
        string target, string modelFolder, LoraConfig lora, IReadOnlyDictionary<string, (Tensor A, Tensor B)> modules,
        DType? storeAs = null, long shardBytes = DefaultShardBytes, Action<long, long>? progress = null,
        Prompting? prompting = null)
    {
        ModelConfig config = ModelConfig.Load(modelFolder);
        using WeightFiles files = WeightFiles.Open(modelFolder);
        WeightCheck.Check(files, config);
        (string Name, DType StoreAs, Shape Shape)[] tensors =
        [
            .. Architectures.Of(config).Tensors(config).Select(s => (
                s.Name, storeAs ?? files.Entry(files.Stored(config, s.Name)).Type!.Value, s.Shape)),
        ];
        MergeRounding rounding = default;
        DurableFiles.WriteFolder(target, folder =>
        {
            using var scratch = new Scratch();
            long begun = 0;
            WriteShards(folder, tensors, shardBytes, name =>
            {
                progress?.Invoke(begun++, tensors.Length);
                Tensor stored = files.Tensor(files.Stored(config, name));
                if (!modules.TryGetValue(Module(name), out (Tensor A, Tensor B) low))
                    return stored;
                Tensor merged = scratch.Allocate(stored, storeAs ?? stored.Type);
                rounding += LoraMerge.Merge(stored, low.A, low.B, lora.Scale, merged);
                return merged;
            });
            if (storeAs is DType type)
            {
                string json = WithType(config.RawJson, config, type);
                DurableFiles.WriteText(Path.Combine(folder, ConfigParser.FileName), json);
            }
            else
            {
                Copy(Path.Combine(modelFolder, ConfigParser.FileName), folder);
            }

            WriteCompanions(
                ModelFiles.Companions(modelFolder, modelFolder), prompting ?? Prompting.Unchanged, folder);
        });
        return rounding;
    }

    /// <summary>A model that was trained whole.</summary>
    /// <param name="files">Config and companions; the config's dtype is set to <paramref name="storeAs"/>.</param>
    /// <param name="weights">
    /// Every tensor of the config by Hugging Face's name, without a tied head.
    /// </param>
    /// <param name="storeAs">The element type in the file; numbers are rounded once.</param>
    /// <param name="host">Reads weights of a device; null where all lie in host memory.</param>
    /// <exception cref="UserException">The target holds files or cannot be written.</exception>
    public static void Write(
        string target, ModelFiles files, IReadOnlyDictionary<string, Tensor> weights, DType storeAs,
        HostCopy? host = null, long shardBytes = DefaultShardBytes)
    {
        ModelConfig config = ModelConfig.Parse(files.ConfigJson, target);
        using var checkedWeights = ModelWeights.FromTensors(config, weights);
        (string, DType, Shape)[] tensors = [.. checkedWeights.Names.Select(n => (n, storeAs, weights[n].Shape))];
        DurableFiles.WriteFolder(target, folder =>
        {
            WriteShards(folder, tensors, shardBytes, name => host?.Of(weights[name]) ?? weights[name]);
            string json = WithType(files.ConfigJson, config, storeAs);
            DurableFiles.WriteText(Path.Combine(folder, ConfigParser.FileName), json);
            WriteCompanions(files.Copied, files.Prompting, folder);
        });
    }

    /// <summary>The path of the module that a weight is of.</summary>
    private static string Module(string name) =>
        name.EndsWith(ModuleNames.Weight, StringComparison.Ordinal) ? name[..^ModuleNames.Weight.Length] : name;

    /// <summary>
    /// Fills shards in the order of the forward pass, as Hugging Face does; a tensor above the limit has a shard to
    /// itself.
    /// </summary>
    private static void WriteShards(
        string folder, IReadOnlyList<(string Name, DType StoreAs, Shape Shape)> tensors, long shardBytes,
        Func<string, Tensor> produce)
    {
        List<List<(string Name, DType StoreAs, Shape Shape)>> shards = [[]];
        long used = 0, total = 0;
        foreach ((string Name, DType StoreAs, Shape Shape) tensor in tensors)
        {
            long bytes = tensor.Shape.Count * tensor.StoreAs.Size();
            if (shards[^1].Count > 0 && used + bytes > shardBytes)
            {
                shards.Add([]);
                used = 0;
            }

            shards[^1].Add(tensor);
            used += bytes;
            total += bytes;
        }

        var metadata = new Dictionary<string, string> { ["format"] = "pt" };
        var map = new JsonObject();
        for (int i = 0; i < shards.Count; i++)
        {
            string file = shards.Count == 1 ? WeightFiles.Single : $"model-{i + 1:D5}-of-{shards.Count:D5}.safetensors";
            SafetensorsWriter.Stream(Path.Combine(folder, file), shards[i], produce, metadata);
            foreach ((string name, _, _) in shards[i])
                map[name] = file;
        }

        if (shards.Count > 1)
            WriteIndex(folder, map, tensors.Sum(t => t.Shape.Count), total);
    }

    private static void WriteIndex(string folder, JsonObject map, long parameters, long bytes)
    {
        var sorted = new JsonObject(map.OrderBy(m => m.Key, StringComparer.Ordinal).Select(
            m => KeyValuePair.Create(m.Key, (JsonNode?)m.Value!.GetValue<string>())));
        var index = new JsonObject
        {
            ["metadata"] = new JsonObject { ["total_parameters"] = parameters, ["total_size"] = bytes },
            ["weight_map"] = sorted,
        };
        DurableFiles.WriteText(Path.Combine(folder, WeightFiles.Index), JsonText.Written(index));
    }

    /// <summary>What stands beside config and weights, which are there.</summary>
    private static void WriteCompanions(IEnumerable<string> files, Prompting prompting, string folder)
    {
        foreach (string file in files)
            Copy(file, folder);
        if (prompting.ChatTemplate is { } template)
            ChatTemplates.Replace(folder, template);
        EndTokens.Add(folder, prompting.Ends);
    }

    private static void Copy(string file, string folder)
    {
        string target = Path.Combine(folder, ModelFiles.PlaceOf(file));
        DurableFile.MakeFolder(Path.GetDirectoryName(target)!);
        DurableFiles.Copy(file, target);
    }

    /// <summary>
    /// The config with its dtype, under the key it uses; as found where the type is the config's own.
    /// </summary>
    private static string WithType(string json, ModelConfig config, DType type)
    {
        bool isSaid = false;
        string name = type switch
        {
            DType.BF16 => "bfloat16",
            DType.F16 => "float16",
            DType.F64 => "float64",
            _ => "float32",
        };
        string changed = JsonText.Changed(json, fields =>
        {
            bool newer = fields.ContainsKey("dtype"), older = fields.ContainsKey("torch_dtype");
            isSaid = config.StoredType == type && (newer || older);
            if (newer)
                fields["dtype"] = name;
            if (!newer || older)
                fields["torch_dtype"] = name;
        });
        return isSaid ? json : changed;
    }

    /// <summary>Memory of the one tensor at hand.</summary>
    private sealed class Scratch : IDisposable
    {
        private readonly HostArena _arena = new("merge");

        public Tensor Allocate(Tensor like, DType type)
        {
            _arena.Dispose();
            return _arena.AllocateLike(like, type);
        }

        public void Dispose() => _arena.Dispose();
    }
}
