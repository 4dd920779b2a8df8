using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using MolEngine.Basics.Text;

namespace MolEngine.Hub.Http;

/// <summary>What is asked of the Hub: which files a revision has, what each of them is, and its bytes.</summary>
/// <param name="note">Told of pauses.</param>
internal sealed class HubApi(HubHttp http, HubEnvironment environment, Patience patience, Action<string> note)
{
    /// <summary>The commit of a revision, and the paths of all its files.</summary>
    /// <exception cref="UserException">There is no such thing, or it may not be read.</exception>
    public async Task<(string Commit, IReadOnlyList<string> Files)> Revision(RepoName name, CancellationToken cancel)
    {
        string path = $"api/{name.Api}/revision/{Uri.EscapeDataString(name.RevisionOrMain)}";
        JsonElement json = await Json(name, path, cancel, isProbe: false) ?? throw await Absent(name, cancel);
        string? commit = Text(json, "sha");
        if (commit is null || !RepoName.IsCommit(commit) || !json.TryGetProperty("siblings", out JsonElement all)
            || all.ValueKind != JsonValueKind.Array)
        {
            throw new UserException(
                $"{http.At(path)}: expected a commit (sha) and a list of files (siblings), got neither or one of them. "
                + "Is HF_ENDPOINT the address of a Hub?");
        }

        return (commit, [.. all.EnumerateArray().Select(f => Text(f, "rfilename")).OfType<string>()]);
    }

    /// <summary>What the Hub says of a file before it is fetched.</summary>
    /// <exception cref="UserException">There is no such file, or what is said of it cannot be checked.</exception>
    public Task<RepoFile> Describe(RepoName at, string file, CancellationToken cancel) =>
        new Retry($"{at.Shown}: {file}", patience, note, cancel).Run(async () =>
        {
            using HttpResponseMessage response = await http.Send(
                HttpMethod.Head, Address(at, file), cancel,
                isAnswer: r => HubFaults.Header(r.Headers, "X-Linked-Etag").Length > 0);
            if ((int)response.StatusCode >= 400)
                throw Refusal(at, file, response);
            string commit = HubFaults.Header(response.Headers, "X-Repo-Commit");
            if (commit.Length > 0 && commit != at.Revision)
                throw new UserException($"{at.Shown}: {file}: expected it of this commit, got it of {commit}");
            string linked = HubFaults.Header(response.Headers, "X-Linked-Etag");
            string given = linked.Length > 0 ? linked : HubFaults.Header(response.Headers, "ETag");
            string etag = given.Replace("W/", "", StringComparison.Ordinal).Trim('"');
            if (!Checksum.Is(etag))
            {
                throw new UserException(
                    $"{at.Shown}: {file}: expected a checksum (git's SHA-1, or SHA-256) as ETag, got '{given}'. Is "
                    + "HF_ENDPOINT the address of a Hub?");
            }

            string size = HubFaults.Header(response.Headers, "X-Linked-Size");
            return new RepoFile(
                file, etag, long.TryParse(size, out long bytes) && bytes >= 0 ? bytes
                    : linked.Length > 0 ? null : response.Content.Headers.ContentLength);
        });

    /// <summary>The bytes of a file from an offset on; the answer may have them from the start all the same.</summary>
    /// <param name="unless">ETag of the answer that gave the first bytes; of another version all bytes are wanted.
    /// </param>
    /// <exception cref="TransientException">There is no answer, or one that asks to come again.</exception>
    /// <exception cref="UserException">The file may not be read.</exception>
    public async Task<HttpResponseMessage> Open(
        RepoName at, string file, long offset, EntityTagHeaderValue? unless, CancellationToken cancel)
    {
        HttpResponseMessage response = await http.Send(
            HttpMethod.Get, Address(at, file), cancel, headers =>
            {
                headers.Range = offset > 0 ? new RangeHeaderValue(offset, null) : null;
                headers.IfRange = offset > 0 && unless is not null ? new RangeConditionHeaderValue(unless) : null;
            });
        if (response.StatusCode is HttpStatusCode.OK or HttpStatusCode.PartialContent
            or HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            return response;
        }

        using (response)
        {
            // A link to storage runs out after a while, and says so with 403: the Hub gives a new one.
            if (response.RequestMessage!.RequestUri!.Host != environment.Endpoint.Host)
            {
                string host = response.RequestMessage.RequestUri.Host;
                throw new TransientException($"{host} answers {HubFaults.Status(response)}");
            }

            throw Refusal(at, file, response);
        }
    }

    private Uri Address(RepoName at, string file) => http.At(
        $"{at.Page}/resolve/{at.Revision}/{string.Join('/', file.Split('/').Select(Uri.EscapeDataString))}");

    private UserException Refusal(RepoName name, string file, HttpResponseMessage response) =>
        response.StatusCode == HttpStatusCode.NotFound
            ? new UserException($"{name.Shown}: {file}: expected a file of the repository, got none of that name")
            : HubFaults.Refusal(name, environment.Endpoint, environment.Token is not null, response);

    /// <summary>Why nothing is there: the revision, the repository, or its kind.</summary>
    private async Task<UserException> Absent(RepoName name, CancellationToken cancel)
    {
        string kind = name.Kind == RepoKind.Dataset ? "data set" : "model";
        if (await Json(name, $"api/{name.Api}/refs", cancel, isProbe: true) is { } there)
        {
            string[] known = [.. Names(there, "branches"), .. Names(there, "tags")];
            string? nearest = Nearest.Of(name.RevisionOrMain, known);
            string advice = nearest is not null ? $"Did you mean {name with { Revision = nearest }}?"
                : $"There are {string.Join(", ", known.Take(10))}, and commits";
            return new UserException(
                $"{name}: expected a branch, a tag or a commit behind @, got {name.RevisionOrMain}, which the {kind} "
                + $"does not have. {advice}");
        }

        RepoName other = name with { Kind = name.Kind == RepoKind.Dataset ? RepoKind.Model : RepoKind.Dataset };
        string instead = await Json(other, $"api/{other.Api}", cancel, isProbe: true) is not null
            ? $"There is a {(other.Kind == RepoKind.Dataset ? "data set" : "model")} of that name: "
                + ProgramCommand.With($"download {other}")
            : "Check the name" + (environment.Token is null ? "; what is private needs a token in HF_TOKEN" : "");
        return new UserException($"{name}: expected a {kind} of the Hub, got none of that name. {instead}");
    }

    private static IEnumerable<string> Names(JsonElement refs, string list) =>
        refs.TryGetProperty(list, out JsonElement all) && all.ValueKind == JsonValueKind.Array
            ? all.EnumerateArray().Select(r => Text(r, "name")).OfType<string>()
            : [];

    /// <summary>An answer for programs; null where there is nothing.</summary>
    /// <param name="isProbe">Whether any refusal tells only that there is nothing for us.</param>
    private Task<JsonElement?> Json(RepoName name, string path, CancellationToken cancel, bool isProbe) =>
        new Retry($"{name}", patience, note, cancel).Run<JsonElement?>(async () =>
        {
            using HttpResponseMessage response = await http.Send(HttpMethod.Get, http.At(path), cancel);
            bool isAbsent = response.StatusCode == HttpStatusCode.NotFound;
            if (isAbsent || isProbe && !response.IsSuccessStatusCode)
                return null;
            if (!response.IsSuccessStatusCode)
                throw HubFaults.Refusal(name, environment.Endpoint, environment.Token is not null, response);
            return Parse(await http.ReadAll(response, cancel), response);
        });

    private static JsonElement Parse(byte[] body, HttpResponseMessage response)
    {
        try
        {
            using JsonDocument json = StrictJson.Parse(body);
            if (json.RootElement.ValueKind == JsonValueKind.Object)
                return json.RootElement.Clone();
        }
        catch (JsonException)
        {
            // Told below, as any other answer that is none.
        }

        string start = new([.. Encoding.UTF8.GetString(body.AsSpan(0, Math.Min(body.Length, 60)))
            .Select(c => char.IsControl(c) ? ' ' : c)]);
        throw new UserException(
            $"{response.RequestMessage!.RequestUri}: expected a JSON object of the Hub, got "
            + $"{response.Content.Headers.ContentType?.MediaType ?? "something"} that begins '{start.Trim()}'. Is "
            + "HF_ENDPOINT right, or does a proxy or a log-in page answer?");
    }

    private static string? Text(JsonElement json, string key) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(key, out JsonElement value)
        && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
