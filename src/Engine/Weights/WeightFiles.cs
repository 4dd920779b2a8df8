using MolEngine.Engine.Files;
using MolEngine.Engine.Models;
using MolEngine.Engine.Models.Common;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Engine.Weights;

/// <summary>The safetensors files of a model folder: one file, or the shards of an index.</summary>
internal sealed class WeightFiles : IDisposable
{
    public const string Single = "model.safetensors";
    public const string Index = "model.safetensors.index.json";

    private readonly List<SafetensorsFile> _files = [];
    private readonly Dictionary<string, SafetensorsFile> _owners = [];

    private WeightFiles(string folder) => Folder = folder;

    public string Folder { get; }

    public IReadOnlyList<SafetensorsFile> Files => _files;

    /// <summary>Every tensor of the folder, those that no model reads included.</summary>
    public IEnumerable<SafetensorsEntry> Entries => _files.SelectMany(f => f.Entries.Values);

    /// <exception cref="ModelFileException">
    /// No weights, a bad file, a bad index, or shards that do not match it.
    /// </exception>
    public static WeightFiles Open(string folder)
    {
        var files = new WeightFiles(folder);
        try
        {
            files.OpenAll();
            return files;
        }
        catch
        {
            files.Dispose();
            throw;
        }
    }

    public bool Has(string name) => _owners.ContainsKey(name);

    public SafetensorsFile FileOf(string name) => _owners[name];

    public SafetensorsEntry Entry(string name) => _owners[name].Entries[name];

    public Tensor Tensor(string name) => _owners[name].Tensor(name);

    public void Dispose()
    {
        foreach (SafetensorsFile file in _files)
            file.Dispose();
    }

    /// <summary>The name under which a tensor is stored: a tied model may store either of two.</summary>
    /// <param name="name">A name of <see cref="TensorSpec"/>.</param>
    public string Stored(ModelConfig config, string name)
    {
        bool other = config.TieWordEmbeddings && name == ModuleNames.Embedding && !Has(name);
        return other ? ModuleNames.Head : name;
    }

    private void OpenAll()
    {
        // transformers takes the single file where both are there.
        string single = Path.Combine(Folder, Single), index = Path.Combine(Folder, Index);
        if (File.Exists(single))
        {
            SafetensorsFile file = SafetensorsFile.Open(single);
            _files.Add(file);
            foreach (string name in file.Entries.Keys)
                _owners.Add(name, file);
        }
        else if (File.Exists(index))
        {
            OpenShards(index);
        }
        else
        {
            throw new ModelFileException(
                $"{Folder}: no weights: expected {Single} or {Index}, got neither. Choose a model folder with "
                + "safetensors files.");
        }
    }

    private void OpenShards(string index)
    {
        Dictionary<string, string> map = ReadIndex(index);
        string[] shards = [.. map.Values.Distinct().Order(StringComparer.Ordinal)];
        string[] absent = [.. shards.Where(s => !File.Exists(Path.Combine(Folder, s)))];
        if (absent.Length > 0)
        {
            throw new ModelFileException(
                $"{index}: shards are missing: expected {shards.Length} files beside it, got none of "
                + $"{Listing.Of(absent)}. Download them.");
        }

        List<string> problems = [];
        foreach (string shard in shards)
        {
            SafetensorsFile file = SafetensorsFile.Open(Path.Combine(Folder, shard));
            _files.Add(file);
            foreach (string name in file.Entries.Keys)
            {
                if (map.GetValueOrDefault(name) == shard)
                    _owners.Add(name, file);
                else if (!WeightCheck.Ignored(name))
                    problems.Add($"{name} is in {shard}, in the index {Place(map, name)}");
            }
        }

        problems.AddRange(map.Where(m => !_owners.ContainsKey(m.Key) && !WeightCheck.Ignored(m.Key))
            .Select(m => $"{m.Key} is not in {m.Value}"));
        if (problems.Count > 0)
        {
            throw new ModelFileException(
                $"{index}: disagrees with the shards: expected every tensor where the index says, got "
                + $"{Listing.Of(problems, "; ")}. Download the files again.");
        }
    }

    private static string Place(Dictionary<string, string> index, string tensor) =>
        index.TryGetValue(tensor, out string? shard) ? $"in {shard}" : "nowhere";

    private static Dictionary<string, string> ReadIndex(string index)
    {
        JsonFields fields = JsonFields.Load(index).Object("weight_map") ?? throw new ModelFileException(
            $"{index}: key weight_map is missing: expected an object from tensors to files. Download the file again.");
        var map = new Dictionary<string, string>();
        foreach ((string name, _) in fields.All)
        {
            string shard = fields.Text(name) ?? "";
            while (shard.StartsWith("./", StringComparison.Ordinal))
                shard = shard[2..].TrimStart('/');
            bool plain = shard.Length > 0 && shard is not ("." or "..") && shard.IndexOfAny(['/', '\\', ':', '\0']) < 0
                && !Path.IsPathRooted(shard);
            if (!plain)
            {
                throw new ModelFileException(
                    $"{index}: key weight_map.{name}: the shard's name leaves the folder: expected a file beside the "
                    + $"index, got \"{shard}\". Do not use this checkpoint.");
            }

            map.Add(name, shard);
        }

        return map;
    }
}
