using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using MolEngine.Basics.Values;
using MolEngine.Engine.Files;
using MolEngine.Server.Api;

namespace MolEngine.Server.Http;

/// <summary>Reads a request's body; Kestrel bounds its size and the time that it takes.</summary>
internal static class RequestBody
{
    /// <summary>
    /// How many times as long as it may be a body is listened to, so that who sends it hears why it is refused; then
    /// the connection is closed.
    /// </summary>
    public const int Patience = 8;

    /// <param name="most">Bytes.</param>
    /// <exception cref="ApiException">It is no JSON object, or longer than it may be.</exception>
    public static async Task<MapValue> Read(HttpContext context, int most)
    {
        ReadOnlyMemory<byte> body = await Bytes(context, most);
        try
        {
            using JsonDocument json = JsonDocument.Parse(
                body, new JsonDocumentOptions { MaxDepth = Limits.JsonLevels });
            return JsonValues.Of(json.RootElement) as MapValue
                ?? throw new ApiException(400, $"body: expected a JSON object, got {json.RootElement.ValueKind}");
        }
        catch (JsonException e)
        {
            throw new ApiException(400, $"body: expected a JSON object, got what is none: {e.Message}");
        }
        catch (InvalidOperationException)
        {
            throw new ApiException(400, "body: expected Unicode, got half of a surrogate pair");
        }
    }

    private static async Task<ReadOnlyMemory<byte>> Bytes(HttpContext context, int most)
    {
        var body = new MemoryStream();
        byte[] buffer = ArrayPool<byte>.Shared.Rent(64 << 10);
        long length = 0;
        try
        {
            int count;
            while ((count = await context.Request.Body.ReadAsync(buffer, context.RequestAborted)) > 0)
            {
                length += count;
                if (length <= most)
                    body.Write(buffer, 0, count);
            }
        }
        catch (IOException e) when (e is not BadHttpRequestException)
        {
            throw new ApiException(400, $"body: expected a whole one, got one that breaks off: {e.Message}");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return length <= most
            ? body.GetBuffer().AsMemory(0, (int)length)
            : throw new ApiException(
                413, $"body: expected at most {most} bytes, got {length}", code: "body_too_large");
    }
}
