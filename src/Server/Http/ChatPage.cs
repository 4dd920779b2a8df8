using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace MolEngine.Server.Http;

/// <summary>The page to chat with: one file, which asks nobody but this server for anything.</summary>
internal sealed class ChatPage
{
    private const string Resource = "chat.html";

    private readonly string _html;
    private readonly string _policy;

    public ChatPage()
    {
        using Stream stream = typeof(ChatPage).Assembly.GetManifestResourceStream(Resource)!;
        using var reader = new StreamReader(stream);
        _html = reader.ReadToEnd();

        // What the page says itself runs, and nothing else: neither what a model writes nor what another site sends.
        _policy = $"default-src 'none'; script-src '{HashOf("script")}'; style-src '{HashOf("style")}'; "
            + "connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    }

    public Task Send(HttpContext context)
    {
        context.Response.Headers.ContentSecurityPolicy = _policy;
        return Responses.Text(context, "text/html; charset=utf-8", _html);
    }

    private string HashOf(string tag)
    {
        int start = _html.IndexOf($"<{tag}>", StringComparison.Ordinal) + tag.Length + 2;
        int end = _html.IndexOf($"</{tag}>", start, StringComparison.Ordinal);
        return $"sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(_html[start..end])))}";
    }
}
