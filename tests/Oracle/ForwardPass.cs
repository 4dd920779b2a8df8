namespace MolEngine.Oracle;

/// <summary>One forward pass. Shape letters: T tokens, H hidden, D head size, V vocabulary.</summary>
internal sealed class ForwardPass
{
    private readonly OracleConfig _config;
    private readonly IReadOnlyDictionary<string, double[]> _weights;
    private readonly OracleBatch _batch;
    private readonly OracleLora? _lora;
    private readonly OracleTrained _trained;
    private readonly Tape _tape;
    private readonly Dictionary<string, Matrix> _leaves = [];
    private readonly double[] _cos;
    private readonly double[] _sin;

    public ForwardPass(
        OracleConfig config, IReadOnlyDictionary<string, double[]> weights, OracleBatch batch, OracleLora? lora,
        OracleTrained trained, Bf16Rounding? rounding)
    {
        (_config, _weights, _batch, _lora, _trained) = (config, weights, batch, lora, trained);
        _tape = new Tape(rounding);
        (double[] frequencies, double factor) = Rotary.Frequencies(config);
        double[] angles = [.. batch.Positions.SelectMany(p => frequencies.Select(f => p * f))];
        _cos = Array.ConvertAll(angles, a => Math.Cos(a) * factor);
        _sin = Array.ConvertAll(angles, a => Math.Sin(a) * factor);
    }

    public OracleForward Run()
    {
        Matrix embedding = Weight("model.embed_tokens.weight", _config.VocabSize, _config.HiddenSize);
        // Where the whole model is trained, a bf16 program computes with a bf16 copy of every matrix, of this one too.
        Matrix x = _tape.Gather(_trained == OracleTrained.Base ? _tape.Stored(embedding) : embedding, _batch.Ids);
        var hidden = new List<double[]> { x.Data };
        for (int layer = 0; layer < _config.NumHiddenLayers; layer++)
        {
            string name = $"model.layers.{layer}.";
            x = _tape.AddScaled(x, Attention(layer, Norm(x, name + "input_layernorm"), name + "self_attn."), 1);
            x = _tape.AddScaled(x, Mlp(Norm(x, name + "post_attention_layernorm"), name + "mlp."), 1);
            hidden.Add(x.Data);
        }

        x = Norm(x, "model.norm");
        Matrix head = _config.TieWordEmbeddings
            ? embedding
            : Weight("lm_head.weight", _config.VocabSize, _config.HiddenSize);
        Matrix logits = _tape.Sum(_tape.Linear(x, _tape.Stored(head)));
        return new OracleForward(_tape, _batch, hidden, x, logits, _leaves.Where(l => l.Value.Trained).ToDictionary());
    }

    private Matrix Attention(int layer, Matrix h, string name)
    {
        int d = _config.HeadDim, querySize = _config.NumAttentionHeads * d, keySize = _config.NumKeyValueHeads * d;
        Matrix q = HeadNorm(Linear(h, name + "q_proj", querySize), name + "q_norm.weight");
        Matrix k = HeadNorm(Linear(h, name + "k_proj", keySize), name + "k_norm.weight");
        Matrix v = Linear(h, name + "v_proj", keySize);
        bool rotates = _config.NoRopeLayers?.Contains(layer) != true;
        q = _tape.Kept(rotates ? _tape.Rotate(q, d, _cos, _sin) : q);
        k = _tape.Kept(rotates ? _tape.Rotate(k, d, _cos, _sin) : k);
        Matrix y = _tape.Kept(_tape.Attention(q, k, v, d, _batch.RowStarts, _batch.Documents));
        return Linear(y, name + "o_proj", _config.HiddenSize);
    }

    private Matrix Mlp(Matrix h, string name)
    {
        Matrix gate = Linear(h, name + "gate_proj", _config.IntermediateSize),
            up = Linear(h, name + "up_proj", _config.IntermediateSize);
        return Linear(_tape.Kept(_tape.SwiGlu(gate, up)), name + "down_proj", _config.HiddenSize);
    }

    private Matrix Norm(Matrix x, string name) =>
        _tape.Operand(_tape.RmsNorm(x, Weight(name + ".weight", 1, _config.HiddenSize), _config.RmsNormEps));

    /// <summary>RMS norm over each head by itself, where the model has one.</summary>
    private Matrix HeadNorm(Matrix x, string name)
    {
        if (!_weights.ContainsKey(name))
            return x;
        int d = _config.HeadDim;
        Matrix y = _tape.RmsNorm(x.Reshape(x.Data.Length / d, d), Weight(name, 1, d), _config.RmsNormEps);
        return y.Reshape(x.Rows, x.Columns);
    }

    private Matrix Linear(Matrix x, string module, int outputs)
    {
        Matrix? bias = _weights.ContainsKey(module + ".bias") ? Weight(module + ".bias", 1, outputs) : null;
        Matrix y = _tape.Linear(x, _tape.Stored(Weight(module + ".weight", outputs, x.Columns)), bias);
        string nameA = OracleLora.Name(module, 'A'), nameB = OracleLora.Name(module, 'B');
        if (_lora is null || !_lora.Tensors.TryGetValue(nameA, out double[]? a))
            return _tape.Kept(y);
        int rank = a.Length / x.Columns;
        bool trained = _trained == OracleTrained.Lora;
        Matrix narrow = _tape.Kept(_tape.Linear(x, _tape.Stored(Leaf(nameA, a, rank, x.Columns, trained))));
        Matrix wide = _tape.Linear(narrow, _tape.Stored(Leaf(nameB, _lora.Tensors[nameB], outputs, rank, trained)));
        return _tape.Kept(_tape.AddScaled(y, wide, _lora.Scale));
    }

    private Matrix Weight(string name, int rows, int columns)
    {
        if (!_weights.TryGetValue(name, out double[]? data))
            throw new ArgumentException($"oracle: {name}: expected it among the model's {_weights.Count} tensors");
        return Leaf(name, data, rows, columns, _trained == OracleTrained.Base);
    }

    private Matrix Leaf(string name, double[] data, int rows, int columns, bool trained)
    {
        if (data.Length != rows * columns)
            throw new ArgumentException($"oracle: {name}: expected {rows} x {columns} values, got {data.Length}");
        return _leaves[name] = _tape.Leaf(rows, columns, data, trained);
    }
}
