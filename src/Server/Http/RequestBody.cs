using System.Text.Json;
using Microsoft.AspNetCore.Http;
using MolEngine.Basics.Values;
using MolEngine.Engine.Files;
using MolEngine.Server.Api;

namespace MolEngine.Server.Http;

/// <summary>Reads a request's body; Kestrel bounds its size and the time that it takes.</summary>
internal static class RequestBody
{
    /// <summary>Objects and lists within each other.</summary>
    private const int MostDepth = 64;

    /// <exception cref="ApiException">It is no JSON object.</exception>
    public static async Task<MapValue> Read(HttpContext context)
    {
        try
        {
            using JsonDocument json = await JsonDocument.ParseAsync(
                context.Request.Body, new JsonDocumentOptions { MaxDepth = MostDepth }, context.RequestAborted);
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
}
