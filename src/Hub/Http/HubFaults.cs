using System.Net;
using System.Net.Http.Headers;
using System.Security.Authentication;

namespace MolEngine.Hub.Http;

/// <summary>What the Hub refuses and what the network does, in words that say what to do.</summary>
internal static class HubFaults
{
    private const string MakeToken =
        "put a token (from the site's settings, Access Tokens) into HF_TOKEN, or log in with `hf auth login`";

    /// <summary>"503 Service Unavailable".</summary>
    public static string Status(HttpResponseMessage response) =>
        $"{(int)response.StatusCode} {response.ReasonPhrase}".TrimEnd();

    /// <summary>The Hub's own word for what is wrong ("GatedRepo"); empty where it has none.</summary>
    public static string Code(HttpResponseMessage response) => Header(response.Headers, "X-Error-Code");

    /// <summary>What a connection that fails or breaks is called, as the end of a sentence.</summary>
    public static string OfNetwork(Exception e)
    {
        Exception root = e;
        while (root.InnerException is { } inner)
            root = inner;
        string why = root.Message.TrimEnd('.');
        if (root is AuthenticationException || e.InnerException is AuthenticationException)
            return $"the server's certificate is not trusted ({why})";
        bool isNone = (e as HttpRequestException)?.HttpRequestError is HttpRequestError.ConnectionError
            or HttpRequestError.NameResolutionError or HttpRequestError.ProxyTunnelError;
        return isNone
            ? $"no connection ({why}; is the network there, and HTTPS_PROXY right where one is needed?)"
            : $"the connection broke ({why})";
    }

    /// <summary>
    /// An answer of 400 to 499 to a request for something of a repository, as a person is told it. A 404 of a whole
    /// repository is left to who can look further.
    /// </summary>
    /// <param name="hub">Address of the Hub.</param>
    /// <param name="hasToken">Whether a token was sent.</param>
    public static UserException Refusal(RepoName name, Uri hub, bool hasToken, HttpResponseMessage response)
    {
        string kind = name.Kind == RepoKind.Dataset ? "data set" : "model";
        string page = $"{hub.AbsoluteUri.TrimEnd('/')}/{name.Page}", said = Header(response.Headers, "X-Error-Message");
        string status = Status(response) + (said.Length > 0 ? $": {said}" : "");
        bool isGated = Code(response) == "GatedRepo";
        string message = (response.StatusCode, isGated, hasToken) switch
        {
            (_, true, false) =>
                $"expected leave to download, got a gated {kind} and no token. Accept its licence at {page}, then "
                + MakeToken,
            (_, true, true) =>
                $"expected leave to download, got a gated {kind} that the token's account may not read. Accept its "
                + $"licence at {page} with that account; some owners answer by hand, and later",
            (HttpStatusCode.Unauthorized, _, false) =>
                $"expected a {kind} that everybody may read, got \"{status}\": there is none of this name, or it is "
                + $"private. Check the name; if it is yours, {MakeToken}",
            (HttpStatusCode.Unauthorized, _, true) =>
                $"expected a token that is valid, got \"{status}\". Make a new one and put it into HF_TOKEN; what is "
                + "public needs none",
            (HttpStatusCode.Forbidden, _, false) => $"expected leave to download, got \"{status}\". {Own(page)}",
            (HttpStatusCode.Forbidden, _, true) =>
                $"expected a token that may read this {kind}, got \"{status}\". Give the token that right (a "
                + "fine-grained one must name the repository, or gated ones)",
            _ => $"expected an answer of the Hub, got \"{status}\"",
        };
        return new UserException($"{name.Shown}: {message}");
    }

    /// <summary>The value of a header, or nothing.</summary>
    public static string Header(HttpHeaders headers, string name) =>
        headers.TryGetValues(name, out IEnumerable<string>? values) ? string.Join(", ", values) : "";

    private static string Own(string page) => $"Look at {page}; if you may read it, {MakeToken}";
}
