using System.Buffers;
using System.Text;
using Microsoft.AspNetCore.Http;
using MolEngine.Server.Api;

namespace MolEngine.Server.Http;

/// <summary>Sends answers.</summary>
internal static class Responses
{
    public static async Task Json(HttpContext context, int status, byte[] json)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.ContentLength = json.Length;
        await context.Response.Body.WriteAsync(json, context.RequestAborted);
    }

    public static async Task Text(HttpContext context, string contentType, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        context.Response.ContentType = contentType;
        context.Response.ContentLength = bytes.Length;
        await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
    }

    /// <summary>Sends a page that runs what its policy allows.</summary>
    public static Task Page(HttpContext context, string html, string policy)
    {
        context.Response.Headers.ContentSecurityPolicy = policy;
        return Text(context, "text/html; charset=utf-8", html);
    }

    public static async Task Error(HttpContext context, ApiException error)
    {
        if (error.Status == 401)
            context.Response.Headers.WWWAuthenticate = "Bearer";
        if (error.Status is 429 or 503)
            context.Response.Headers.RetryAfter = "1";
        await Json(context, error.Status, JsonText.Of(error));
    }

    /// <summary>Begins a stream of server-sent events.</summary>
    public static void BeginStream(HttpContext context)
    {
        context.Response.ContentType = "text/event-stream; charset=utf-8";
        context.Response.Headers.CacheControl = "no-cache";

        // A proxy that gathers a stream before it passes it on is told not to.
        context.Response.Headers["X-Accel-Buffering"] = "no";
    }

    /// <summary>Tells a client of a stream that nothing is new, which no script sees.</summary>
    public static async Task Alive(HttpContext context, CancellationToken cancel)
    {
        await context.Response.Body.WriteAsync(":\n\n"u8.ToArray(), cancel);
        await context.Response.Body.FlushAsync(cancel);
    }

    /// <summary>Sends events, and waits until a slow reader has room for them.</summary>
    public static async Task Events(HttpContext context, IEnumerable<byte[]> events, CancellationToken cancel)
    {
        var bytes = new ArrayBufferWriter<byte>();
        foreach (byte[] data in events)
        {
            bytes.Write("data: "u8);
            bytes.Write(data);
            bytes.Write("\n\n"u8);
        }

        await context.Response.Body.WriteAsync(bytes.WrittenMemory, cancel);
        await context.Response.Body.FlushAsync(cancel);
    }
}
