using Microsoft.AspNetCore.Http;

namespace MolEngine.Server.Http;

/// <summary>The page to chat with: one file, which asks nobody but this server for anything.</summary>
internal sealed class ChatPage
{
    private readonly string _html = PagePolicy.Page("chat.html");
    private readonly string _policy;

    public ChatPage() => _policy = PagePolicy.Of(_html);

    public Task Send(HttpContext context) => Responses.Page(context, _html, _policy);
}
