using MolEngine.Engine.Files;
using MolEngine.Engine.Models;
using MolEngine.Engine.Tests.Models;
using MolEngine.Engine.Weights;
using MolEngine.Kernels.Tensors;

namespace MolEngine.Engine.Tests.Weights;

public sealed class ModelWeightsTests : IDisposable
{
    private const string Embedding = "model.embed_tokens.weight";
    private const string Head = "lm_head.weight";
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(DType.F32, true)]
    [InlineData(DType.BF16, true)]
    [InlineData(DType.F16, false)]
    [InlineData(DType.F64, false)]
    public void Weights_stay_mapped_where_an_op_can_read_them(DType type, bool mapped)
    {
        Dictionary<string, Tensor> tensors = TinyModel.Save(_folder, """{"torch_dtype": "bfloat16"}""", type);
        using ModelWeights weights = Open();
        Assert.Equal(tensors.Keys, weights.Names);
        foreach ((string name, Tensor tensor) in tensors)
        {
            Assert.Equal(mapped ? type : DType.F32, weights[name].Type);
            Assert.Equal(type, weights.StoredType(name));
            double step = type == DType.F16 ? 3e-4 : 0;
            Assert.All(Hosts.Values(weights[name]).Zip(Hosts.Values(tensor)), p => Assert.InRange(
                p.First - p.Second, -step, step));
        }

        long numbers = tensors.Values.Sum(t => t.Count);
        Assert.Equal(mapped ? numbers * type.Size() : 0, weights.MappedBytes);
        Assert.Equal(mapped ? 0 : numbers * 4, weights.CopiedBytes);
    }

    [Fact]
    public void Everything_that_is_wrong_is_named_at_once()
    {
        Dictionary<string, Tensor> tensors = TinyModel.Save(_folder);
        tensors.Remove("model.layers.0.mlp.up_proj.weight");
        tensors.Remove("model.norm.weight");
        tensors["model.layers.1.self_attn.q_proj.bias"] = Hosts.Tensor("b", DType.F32, [16]);
        tensors["model.layers.0.self_attn.rotary_emb.inv_freq"] = Hosts.Tensor("f", DType.F32, [2]);
        tensors["model.layers.1.self_attn.k_proj.weight"] = Hosts.Tensor("k", DType.F32, [8, 7]);
        TinyModel.Save(_folder, tensors);
        string path = _folder["model.safetensors"];
        File.WriteAllBytes(path, Rename(
            File.ReadAllBytes(path), "\"lm_head.weight\":{\"dtype\":\"F32\"", "\"lm_head.weight\":{\"dtype\":\"U32\""));
        string message = Assert.Throws<ModelFileException>(Open).Message;
        Assert.Contains("2 missing: model.layers.0.mlp.up_proj.weight [6, 8], model.norm.weight [8]", message);
        Assert.Contains("1 surplus: model.layers.1.self_attn.q_proj.bias F32 [16]", message);
        Assert.Contains("1 misshaped: model.layers.1.self_attn.k_proj.weight (expected [8, 8], got [8, 7])", message);
        Assert.Contains("1 of another type: lm_head.weight (expected F64, F32, F16 or BF16, got U32)", message);
        Assert.DoesNotContain("inv_freq", message);
        Assert.Contains(_folder.Root, message);
    }

    [Fact]
    public void Rotary_frequencies_in_old_files_are_ignored()
    {
        Dictionary<string, Tensor> tensors = TinyModel.Save(_folder);
        tensors["model.layers.1.self_attn.rotary_emb.inv_freq"] = Hosts.Tensor("f", DType.F32, [2]);
        TinyModel.Save(_folder, tensors);
        using ModelWeights weights = Open();
        Assert.False(weights.Has("model.layers.1.self_attn.rotary_emb.inv_freq"));
    }

    [Fact]
    public void A_checkpoint_of_real_size_is_counted_and_its_first_tensors_named()
    {
        Dictionary<string, Tensor> tensors = TinyModel.Save(_folder);
        _folder.Write("config.json", TinyModel.Json("""{"num_hidden_layers": 80}"""));
        tensors.Remove("model.norm.weight");
        tensors["more"] = Hosts.Tensor("m", DType.F32, [1]);
        TinyModel.Save(_folder, tensors);
        string message = Assert.Throws<ModelFileException>(Open).Message;
        Assert.Contains("703 missing: model.layers.2.input_layernorm.weight [8], ", message);
        Assert.Contains(" and 699 more; 1 surplus: more F32 [1]", message);
        Assert.InRange(message.Length, 200, 600);
    }

    /// <summary>Parts that only quantised weights have, by the tools that write them.</summary>
    [Theory]
    [InlineData("up_proj.scales")]
    [InlineData("up_proj.biases")]
    [InlineData("up_proj.qweight")]
    [InlineData("up_proj.qzeros")]
    [InlineData("up_proj.g_idx")]
    [InlineData("up_proj.weight.absmax")]
    [InlineData("up_proj.weight.quant_state.bitsandbytes__nf4")]
    [InlineData("up_proj.SCB")]
    [InlineData("up_proj.weight_scale_inv")]
    [InlineData("up_proj.input_scale")]
    [InlineData("up_proj.weight_packed")]
    public void A_quantised_checkpoint_is_called_that(string part)
    {
        Dictionary<string, Tensor> tensors = TinyModel.Save(_folder);
        tensors[$"model.layers.0.mlp.{part}"] = Hosts.Tensor("s", DType.F32, [6]);
        TinyModel.Save(_folder, tensors);
        string message = Assert.Throws<ModelFileException>(Open).Message;
        Assert.Contains($"This checkpoint is quantised (model.layers.0.mlp.{part} F32)", message);
    }

    [Theory]
    [InlineData("F8_E4M3")]
    [InlineData("F8_E5M2")]
    [InlineData("I8")]
    [InlineData("U8")]
    public void Weights_of_eight_bits_are_named_with_their_type(string type)
    {
        const string Name = "model.layers.1.mlp.up_proj.weight";
        TinyModel.Save(_folder);
        string path = _folder["model.safetensors"];
        byte[] bytes = File.ReadAllBytes(path);
        // 6 x 8 floats hold 192 elements of a byte: the shape is wrong too, but for the header it fits.
        string text = System.Text.Encoding.UTF8.GetString(bytes, 8, (int)BitConverter.ToInt64(bytes));
        int at = text.IndexOf($"\"{Name}\"", StringComparison.Ordinal);
        string header = text[..at] + text[at..].Replace("\"F32\",\"shape\":[6,8]", $"\"{type}\",\"shape\":[24,8]");
        File.WriteAllBytes(path, [.. BitConverter.GetBytes((long)header.Length),
            .. System.Text.Encoding.UTF8.GetBytes(header), .. bytes[(8 + text.Length)..]]);
        string message = Assert.Throws<ModelFileException>(Open).Message;
        Assert.Contains($"{Name} (expected F64, F32, F16 or BF16, got {type})", message);
        Assert.Contains("This checkpoint is quantised (", message);
    }

    [Fact]
    public void A_surplus_table_of_integers_is_not_called_quantised()
    {
        Dictionary<string, Tensor> tensors = TinyModel.Save(_folder);
        tensors["model.position_ids"] = Hosts.Tensor("p", DType.F32, [3]);
        TinyModel.Save(_folder, tensors);
        string path = _folder["model.safetensors"];
        File.WriteAllBytes(path, Rename(File.ReadAllBytes(path), "\"model.position_ids\":{\"dtype\":\"F32\"",
            "\"model.position_ids\":{\"dtype\":\"I32\""));
        string message = Assert.Throws<ModelFileException>(Open).Message;
        Assert.Contains("1 surplus: model.position_ids I32 [3]", message);
        Assert.DoesNotContain("quantised", message);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void A_tied_model_may_store_either_tensor_or_both(bool embedding, bool head)
    {
        Dictionary<string, Tensor> tensors = TinyModel.Save(_folder, """{"tie_word_embeddings": true}""");
        Tensor value = tensors[Embedding];
        tensors.Remove(Embedding);
        if (embedding)
            tensors[Embedding] = value;
        if (head)
            tensors[Head] = value;
        TinyModel.Save(_folder, tensors);
        using ModelWeights weights = Open();
        Assert.Equal(Hosts.Values(value), Hosts.Values(weights[Embedding]));
        Assert.Same(weights[Embedding], weights[Head]);
        Assert.DoesNotContain(Head, weights.Names);
    }

    [Fact]
    public void A_tied_model_that_stores_two_different_tensors_is_refused()
    {
        Dictionary<string, Tensor> tensors = TinyModel.Save(_folder, """{"tie_word_embeddings": true}""");
        double[] other = Hosts.Values(tensors[Embedding]);
        other[8 + 3] += 1;
        tensors[Head] = Hosts.Tensor(Head, DType.F32, [11, 8], other);
        TinyModel.Save(_folder, tensors);
        string message = Assert.Throws<ModelFileException>(Open).Message;
        Assert.Contains("lm_head.weight differs from model.embed_tokens.weight at [1, 3]", message);
    }

    [Fact]
    public void A_tied_model_without_both_and_an_untied_one_without_a_head_miss_a_tensor()
    {
        Dictionary<string, Tensor> tensors = TinyModel.Save(_folder, """{"tie_word_embeddings": true}""");
        tensors.Remove(Embedding);
        TinyModel.Save(_folder, tensors);
        Assert.Contains("1 missing: model.embed_tokens.weight", Assert.Throws<ModelFileException>(Open).Message);
        tensors = TinyModel.Save(_folder);
        tensors.Remove(Head);
        TinyModel.Save(_folder, tensors);
        Assert.Contains("1 missing: lm_head.weight", Assert.Throws<ModelFileException>(Open).Message);
    }

    [Fact]
    public void Weights_at_odd_addresses_are_copied()
    {
        Dictionary<string, Tensor> tensors = TinyModel.Save(_folder);
        byte[] bytes = File.ReadAllBytes(_folder["model.safetensors"]);
        long header = BitConverter.ToInt64(bytes) + 1;
        File.WriteAllBytes(_folder["model.safetensors"], [.. BitConverter.GetBytes(header),
            .. bytes[8..(int)(7 + header)], (byte)' ', .. bytes[(int)(7 + header)..]]);
        using ModelWeights weights = Open();
        Assert.Equal(0, weights.MappedBytes);
        Assert.Equal(Hosts.Values(tensors[Head]), Hosts.Values(weights[Head]));
    }

    [Fact]
    public void Shards_open_by_their_index()
    {
        Dictionary<string, Tensor> tensors = SaveShards();
        using ModelWeights weights = Open();
        Assert.All(tensors, t => Assert.Equal(Hosts.Values(t.Value), Hosts.Values(weights[t.Key])));
    }

    [Fact]
    public void Rotary_frequencies_that_only_the_index_or_only_a_shard_has_are_ignored()
    {
        SaveShards();
        string index = File.ReadAllText(_folder["model.safetensors.index.json"]);
        _folder.Write("model.safetensors.index.json", index.Replace("{\"weight_map\":{",
            "{\"weight_map\":{\"model.layers.0.self_attn.rotary_emb.inv_freq\":\"a.safetensors\","));
        Open().Dispose();
    }

    [Fact]
    public void A_shard_may_be_written_from_its_folder()
    {
        Dictionary<string, Tensor> tensors = SaveShards();
        string index = File.ReadAllText(_folder["model.safetensors.index.json"]).Replace(
            "b.safetensors", ".//b.safetensors");
        _folder.Write("model.safetensors.index.json", index);
        using ModelWeights weights = Open();
        Assert.All(tensors, t => Assert.Equal(Hosts.Values(t.Value), Hosts.Values(weights[t.Key])));
    }

    [Theory]
    [InlineData("../b.safetensors")]
    [InlineData("/etc/b.safetensors")]
    [InlineData("..")]
    [InlineData("sub/b.safetensors")]
    [InlineData("sub\\b.safetensors")]
    [InlineData("C:b.safetensors")]
    [InlineData("")]
    public void A_shard_outside_the_folder_is_refused(string name)
    {
        SaveShards();
        string index = File.ReadAllText(_folder["model.safetensors.index.json"]).Replace(
            "b.safetensors", name.Replace("\\", "\\\\"));
        _folder.Write("model.safetensors.index.json", index);
        Assert.Contains("leaves the folder", Assert.Throws<ModelFileException>(Open).Message);
    }

    [Fact]
    public void Shards_that_are_missing_or_disagree_are_named()
    {
        SaveShards();
        string index = File.ReadAllText(_folder["model.safetensors.index.json"]);
        _folder.Write(
            "model.safetensors.index.json", index.Replace("\"lm_head.weight\":\"a.", "\"lm_head.weight\":\"b."));
        string message = Assert.Throws<ModelFileException>(Open).Message;
        Assert.Contains("lm_head.weight is in a.safetensors, in the index in b.safetensors", message);
        _folder.Write("model.safetensors.index.json", index);
        File.Delete(_folder["a.safetensors"]);
        Assert.Contains("none of a.safetensors", Assert.Throws<ModelFileException>(Open).Message);
        _folder.Write("model.safetensors.index.json", "{}");
        Assert.Contains("weight_map is missing", Assert.Throws<ModelFileException>(Open).Message);
        File.Delete(_folder["model.safetensors.index.json"]);
        Assert.Contains("no weights", Assert.Throws<ModelFileException>(Open).Message);
    }

    [Fact]
    public void Tensors_in_memory_are_held_against_the_config()
    {
        ModelConfig config = TinyModel.Config();
        Dictionary<string, Tensor> tensors = TinyModel.Tensors(config);
        Assert.Same(tensors[Head], ModelWeights.FromTensors(config, tensors)[Head]);
        tensors["more"] = tensors[Head];
        Assert.Throws<ArgumentException>(() => ModelWeights.FromTensors(config, tensors));
        tensors.Remove("more");
        tensors.Remove(Head);
        Assert.Throws<ArgumentException>(() => ModelWeights.FromTensors(config, tensors));
    }

    private ModelWeights Open() => ModelWeights.Open(_folder.Root, ModelConfig.Load(_folder.Root));

    private Dictionary<string, Tensor> SaveShards()
    {
        Dictionary<string, Tensor> tensors = TinyModel.Save(_folder);
        File.Delete(_folder["model.safetensors"]);
        string Shard(string name) => name.Contains("layers.1") ? "b.safetensors" : "a.safetensors";
        foreach (IGrouping<string, KeyValuePair<string, Tensor>> shard in tensors.GroupBy(t => Shard(t.Key)))
            SafetensorsWriter.Write(_folder[shard.Key], [.. shard.Select(t => (t.Key, DType.F32, t.Value))]);
        string map = string.Join(",", tensors.Keys.Select(n => $"\"{n}\":\"{Shard(n)}\""));
        _folder.Write("model.safetensors.index.json", $"{{\"weight_map\":{{{map}}}}}");
        return tensors;
    }

    private static byte[] Rename(byte[] bytes, string from, string to)
    {
        int at = bytes.AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(from));
        Assert.True(at > 0);
        System.Text.Encoding.UTF8.GetBytes(to).CopyTo(bytes, at);
        return bytes;
    }
}
