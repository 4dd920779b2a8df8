using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using MolEngine.Server.Http;

namespace MolEngine.Server.Live;

/// <summary>The live page as it is at the moment that it is asked for; its script keeps it so.</summary>
internal sealed class LivePage
{
    private readonly LiveFeed _feed;
    private readonly string _html;
    private readonly string _policy;

    public LivePage(LiveFeed feed, string style, string footer)
    {
        _feed = feed;
        _html = PagePolicy.Page("live.html").Replace("/*style*/", style).Replace("<!--footer-->", footer);
        _policy = PagePolicy.Of(_html);
    }

    /// <summary>A state as the page's markup and script know it.</summary>
    public static string Word(LiveState state) => state.ToString().ToLowerInvariant();

    public Task Send(HttpContext context)
    {
        LiveView view = _feed.Now();
        var parts = new StringBuilder();
        foreach (LivePart part in view.Parts)
            parts.Append($"<div data-part=\"{part.Name}\">{part.Html}</div>\n");

        // The parts last: what they say is no place for another value.
        string html = _html.Replace("<!--title-->", WebUtility.HtmlEncode(view.Title))
            .Replace("(state)", Word(view.State))
            .Replace("<!--status-->", WebUtility.HtmlEncode(view.Status))
            .Replace("<!--parts-->", parts.ToString());
        context.Response.Headers.CacheControl = "no-store";
        return Responses.Page(context, html, _policy);
    }
}
