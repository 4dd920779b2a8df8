using MolEngine.Basics.Files;
using MolEngine.Engine.Chat;
using MolEngine.Engine.Files;
using MolEngine.Engine.Models;
using MolEngine.Engine.Models.Common;
using MolEngine.Engine.Weights;
using MolEngine.Kernels.Cpu;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Engine.Adapters;

/// <summary>
/// A LoRA adapter in PEFT's format. Tensors are fp32: mapped where stored so, otherwise widened copies; read-only.
/// </summary>
public sealed class PeftAdapter
{
    public const string TensorsFile = "adapter_model.safetensors";
    public const string ConfigFile = PeftConfigFile.FileName;

    private PeftAdapter(
        string folder, LoraConfig config, string? baseModel, IReadOnlyDictionary<string, (Tensor A, Tensor B)> modules)
    {
        Folder = folder;
        Config = config;
        BaseModel = baseModel;
        Modules = modules;
    }

    public string Folder { get; }

    /// <summary>Whether a folder holds an adapter.</summary>
    public static bool IsIn(string folder) => File.Exists(Path.Combine(folder, ConfigFile));

    /// <summary>Settings; its targets are the projections that have tensors.</summary>
    public LoraConfig Config { get; }

    /// <summary>PEFT's <c>base_model_name_or_path</c>.</summary>
    public string? BaseModel { get; }

    /// <summary>
    /// A [r, in] and B [out, r], fp32, by module path, such as <c>model.layers.0.self_attn.q_proj</c>; sorted.
    /// </summary>
    public IReadOnlyDictionary<string, (Tensor A, Tensor B)> Modules { get; }

    /// <summary>Reads an adapter for a model. The tensors decide which modules it covers.</summary>
    /// <exception cref="ModelFileException">
    /// Names file and key of what is not supported (DoRA, rank patterns, modules to save, trained biases, ...), or all
    /// tensors that are missing, surplus, misshaped, of another type, or outside the targets.
    /// </exception>
    public static PeftAdapter Load(string folder, ModelConfig model)
    {
        (PeftConfigFile config, LoraConfig lora, SafetensorsFile file) = Open(folder, model);
        using SafetensorsFile tensors = file;
        var arena = new HostArena("adapter");
        var modules = new Dictionary<string, (Tensor A, Tensor B)>();
        foreach (string module in PeftTensorCheck.ModulesOf(file))
            modules[module] = (Single(file, PeftNames.A(module), arena), Single(file, PeftNames.B(module), arena));
        return new PeftAdapter(folder, lora, config.BaseModel, modules);
    }

    /// <summary>
    /// Writes <c>adapter_model.safetensors</c> (fp32) and <c>adapter_config.json</c> as PEFT does. Each file is
    /// replaced as a whole; other files in the folder stay.
    /// </summary>
    /// <param name="modules">A [r, in] and B [out, r] by module path; host memory.</param>
    /// <param name="baseModelNameOrPath">Where PEFT looks for the base model.</param>
    /// <param name="modelLayers">Layers of the base model: PEFT is told which of them the adapter has.</param>
    /// <param name="chatTemplate">Written beside them where the adapter was not trained with the base model's own: who
    /// loads a tokenizer from the folder has it. Null for none.</param>
    /// <exception cref="FileWriteException">The files cannot be written.</exception>
    public static void Save(
        string folder, LoraConfig config, IReadOnlyDictionary<string, (Tensor A, Tensor B)> modules,
        string baseModelNameOrPath, int modelLayers, string? chatTemplate = null)
    {
        List<(string Name, DType StoreAs, Tensor Value)> tensors = [];
        foreach ((string module, (Tensor a, Tensor b)) in modules)
        {
            if (a.Shape.Rank != 2 || b.Shape.Rank != 2 || a.Shape[0] != config.Rank || b.Shape[1] != config.Rank)
                throw new ArgumentException(
                    $"{module}: expected rank {config.Rank}, got A {a.Shape} and B {b.Shape}", nameof(modules));
            tensors.Add((PeftNames.A(module), DType.F32, a));
            tensors.Add((PeftNames.B(module), DType.F32, b));
        }

        DurableFiles.Guarded(folder, () => DurableFile.MakeFolder(folder));
        var metadata = new Dictionary<string, string> { ["format"] = "pt" };
        SafetensorsWriter.Write(Path.Combine(folder, TensorsFile), tensors, metadata);
        (string[] targets, int[]? layers) = Targets(modules.Keys, modelLayers);
        string text = PeftConfigFile.Text(config, targets, layers, baseModelNameOrPath);
        DurableFiles.WriteText(Path.Combine(folder, PeftConfigFile.FileName), text);
        if (chatTemplate is not null)
            ChatTemplates.Replace(folder, chatTemplate);
    }

    /// <summary>Copies an adapter's two files, byte for byte, into a folder that is there.</summary>
    /// <exception cref="FileWriteException">They cannot be written.</exception>
    public static void Copy(string folder, string to)
    {
        foreach (string file in (string[])[PeftConfigFile.FileName, TensorsFile])
            DurableFiles.Copy(Path.Combine(folder, file), Path.Combine(to, file));
    }

    /// <summary>Config and tensors, checked; against a model only where there is one.</summary>
    internal static (PeftConfigFile File, LoraConfig Config, SafetensorsFile Tensors) Open(
        string folder, ModelConfig? model)
    {
        PeftConfigFile config = PeftConfigFile.Load(folder);
        SafetensorsFile file = OpenTensors(folder, Path.Combine(folder, TensorsFile));
        try
        {
            PeftTensorCheck.Check(file, config, model);
        }
        catch
        {
            file.Dispose();
            throw;
        }

        string[] targets = [.. PeftTensorCheck.ModulesOf(file).Select(m => m[(m.LastIndexOf('.') + 1)..]).Distinct()];
        return (config, new LoraConfig(config.Rank, config.Alpha, config.UseRslora, config.Dropout, targets), file);
    }

    /// <summary>
    /// What target_modules and layers_to_transform must be for PEFT to make just these modules: last parts of names,
    /// and the layers where not all have them; else the whole paths.
    /// </summary>
    private static (string[] Targets, int[]? Layers) Targets(IEnumerable<string> modules, int modelLayers)
    {
        string[] paths = [.. modules.Order(StringComparer.Ordinal)];
        string[] suffixes =
            [.. paths.Select(m => m[(m.LastIndexOf('.') + 1)..]).Distinct().Order(StringComparer.Ordinal)];
        int?[] places = [.. paths.Select(PeftConfigFile.LayerOf)];
        int[] layers = [.. places.OfType<int>().Distinct().Order()];
        bool even = places.All(p => p is not null) && paths.Length == suffixes.Length * layers.Length;
        if (!even)
            return (paths, null);
        return (suffixes, layers.Length == modelLayers ? null : layers);
    }

    private static SafetensorsFile OpenTensors(string folder, string path)
    {
        if (File.Exists(path))
            return SafetensorsFile.Open(path);
        bool pickled = File.Exists(Path.Combine(folder, "adapter_model.bin"));
        throw new ModelFileException(
            $"{path}: not found: expected the adapter's tensors, got {(pickled ? "adapter_model.bin" : "none")}. "
            + "Save the adapter with safetensors.");
    }

    private static Tensor Single(SafetensorsFile file, string name, Arena arena)
    {
        Tensor stored = file.Tensor(name);
        if (stored.Type == DType.F32 && stored.Address % sizeof(float) == 0)
            return stored;
        Tensor copy = arena.AllocateLike(stored, DType.F32, name);
        Conversions.Convert(stored, copy);
        return copy;
    }
}
