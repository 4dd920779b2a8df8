using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using MolEngine.Basics.Text;

namespace MolEngine.Server.Api;

/// <summary>Writes JSON that is sent out.</summary>
internal static class JsonText
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Of(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Options))
            write(json);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>OpenAI's error object.</summary>
    public static byte[] Of(ApiException error) => Of(json =>
    {
        json.WriteStartObject();
        json.WriteStartObject("error");
        json.WriteString("message", error.Message);
        json.WriteString("type", error.Kind);
        json.WriteString("param", error.Param);
        json.WriteString("code", error.Code);
        json.WriteEndObject();
        json.WriteEndObject();
    });

    /// <summary>A number, or null for none; JSON has no infinity: a probability of 0 is told by a large one.</summary>
    public static void Number(this Utf8JsonWriter json, string name, double? value) =>
        json.WriteNumber(name, value is { } number ? Finite(number) : null);

    public static double Finite(double number) => Math.Clamp(number, -9999, double.MaxValue);
}
