using System.Text.Json;
using MolEngine.Engine.Files;

namespace MolEngine.Engine.Models.Common;

/// <summary>Reads up to which context a config's attention is that over all tokens.</summary>
internal static class AttentionLimits
{
    private const string Sliding = "sliding_attention";
    private const string Window = "sliding_window";
    private const string DualChunk = "dual_chunk_attention_config";
    private const string Todo = "The engine does not compute this; choose another model.";

    /// <summary>Null where there is no limit.</summary>
    public static AttentionLimit? Read(JsonFields f, Architecture architecture, int layers)
    {
        AttentionLimit? window = ReadWindow(f, architecture, layers), chunk = ReadDualChunk(f);
        return window is null || chunk?.Tokens < window.Tokens ? chunk : window;
    }

    private static AttentionLimit? ReadWindow(JsonFields f, Architecture architecture, int layers)
    {
        bool uses = f.Flag("use_sliding_window", false);
        int from = architecture.SlidingFrom(uses, f.OptionalInteger("max_window_layers") ?? 28);
        bool never = from == int.MaxValue;
        if (uses && never)
            throw f.Wrong("use_sliding_window", "false", f.Json.GetProperty("use_sliding_window"), Todo);
        string? typed = SlidingType(f, layers);
        bool slides = f.Has("layer_types") ? typed is not null : from < layers;
        // Qwen looks at sliding_window only where use_sliding_window is true; a Llama that has it was meant as
        // something else.
        bool ignores = architecture.ReadsUseSlidingWindow || f.Has("use_sliding_window");
        bool given = f.Json.TryGetProperty(Window, out JsonElement value);
        if (never && !ignores && value.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null))
            throw f.Wrong(Window, "null", value, Todo);
        int? window = given ? f.OptionalInteger(Window) : architecture.DefaultWindow;
        if (typed is not null && (never || window is null))
        {
            throw new ModelFileException(
                $"{f.Where}: key layer_types: expected full_attention in every layer, got {typed}. {Todo}");
        }

        if (!slides || window is null)
            return null;
        return window >= 1 ? new AttentionLimit(f.Where, Window, window.Value)
            : throw f.Wrong(Window, "1 or more", value);
    }

    /// <summary>A type other than full_attention that some layer has; null where none has.</summary>
    private static string? SlidingType(JsonFields f, int layers)
    {
        if (f.Texts("layer_types") is not { } types)
            return null;
        if (types.FirstOrDefault(t => t is not ("full_attention" or Sliding)) is string other)
        {
            throw new ModelFileException(
                $"{f.Where}: key layer_types: expected full_attention in every layer, got {other}. {Todo}");
        }

        return types.Count == layers
            ? types.FirstOrDefault(t => t == Sliding)
            : throw f.Wrong("layer_types", $"one for each of the {layers} layers", f.Json.GetProperty("layer_types"));
    }

    /// <summary>
    /// Dual chunk attention (Qwen2.5-1M) is plain attention up to the context of the first training; transformers knows
    /// nothing else.
    /// </summary>
    private static AttentionLimit? ReadDualChunk(JsonFields f)
    {
        if (!f.TryGet(DualChunk, out JsonElement? value) || RefusedKeys.IsOff(value.Value))
            return null;
        JsonFields chunk = f.Object(DualChunk)!;
        int tokens = chunk.OptionalInteger("original_max_position_embeddings")
            ?? chunk.Integer("chunk_size") - chunk.Integer("local_size");
        return tokens >= 1 ? new AttentionLimit(f.Where, DualChunk, tokens)
            : throw f.Wrong(DualChunk, "a context of 1 token or more", value.Value);
    }
}
