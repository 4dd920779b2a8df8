using Microsoft.AspNetCore.Http;
using MolEngine.Server.Api;

namespace MolEngine.Server.Http;

/// <summary>
/// From a request to its endpoint, and from whatever goes wrong to an answer without a trace of code.
/// </summary>
/// <param name="count">Told of every request its path, one of the server's own, and its status; 499 where the client
/// left.</param>
/// <param name="tell">Told what a person at the server should know, a line each.</param>
/// <param name="routes">By path; one that ends with a slash answers all that begin with it.</param>
internal sealed class Router(
    RequestGuard guard, Action<string, int> count, Action<string> tell, IReadOnlyDictionary<string, Route> routes)
{
    public async Task Handle(HttpContext context)
    {
        string path = context.Request.Path.Value ?? "";
        string known = routes.ContainsKey(path) ? path
            : routes.Keys.FirstOrDefault(
                k => k is [.., _, '/'] && path.StartsWith(k, StringComparison.Ordinal)) ?? "other";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        context.Response.Headers["Referrer-Policy"] = "no-referrer";
        int status = 500;
        try
        {
            guard.RequireOwnNames(context.Request);
            await Route(context, path, known);
            status = context.Response.StatusCode;
        }
        catch (Exception e)
        {
            status = await Told(context, e);
        }
        finally
        {
            count(known, status);
        }
    }

    private Task Route(HttpContext context, string path, string known)
    {
        if (!routes.TryGetValue(known, out Route? route))
        {
            guard.RequireKey(context.Request);
            string names = string.Join(", ", routes.Keys);
            throw new ApiException(404, $"this server has {names} and nothing else", code: "unknown_url");
        }

        if (route.NeedsKey)
            guard.RequireKey(context.Request);
        string method = context.Request.Method;
        if (method != route.Method && !(method == "HEAD" && route.Method == "GET"))
        {
            context.Response.Headers.Allow = route.Method;
            throw new ApiException(405, $"{path}: expected {route.Method}, got another method", code: "method");
        }

        return route.Handle(context);
    }

    /// <summary>Answers with an error, where the client is still there.</summary>
    /// <returns>The status to count.</returns>
    private async Task<int> Told(HttpContext context, Exception e)
    {
        if (context.RequestAborted.IsCancellationRequested)
            return 499;
        ApiException error = ErrorOf(e);
        try
        {
            if (context.Response.HasStarted)
                await Responses.Events(context, [JsonText.Of(error)], context.RequestAborted);
            else
                await Responses.Error(context, error);
            return error.Status;
        }
        catch (Exception gone) when (gone is OperationCanceledException or IOException)
        {
            return 499;
        }
    }

    private ApiException ErrorOf(Exception e)
    {
        switch (e)
        {
            case ApiException known:
                return known;
            case BadHttpRequestException { StatusCode: 413 }:
                return new ApiException(413, "body: expected a much shorter one", code: "body_too_large");
            case BadHttpRequestException bad:
                return new ApiException(bad.StatusCode, $"the request is not whole: {bad.Message}");
            default:
                tell($"unexpected error: {e.GetType().Name}: {e.Message}");
                return new ApiException(500, "the server failed at this request; its own output says why");
        }
    }
}
