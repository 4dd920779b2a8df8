using MolEngine.Basics.Files;

namespace MolEngine.Hub;

/// <summary>What the environment says of the Hub, by the variables and files of huggingface_hub.</summary>
public sealed class HubEnvironment
{
    private const string DefaultEndpoint = "https://huggingface.co";

    private readonly Lazy<string?> _token;

    private HubEnvironment(Uri endpoint, string cache, Func<string?> token, bool isOffline) =>
        (Endpoint, Cache, _token, IsOffline) = (endpoint, cache, new Lazy<string?>(token), isOffline);

    /// <summary>What a person can set, for manuals.</summary>
    public static IReadOnlyList<(string Name, string Text)> Manual { get; } =
    [
        ("HF_HOME=DIR", "Hugging Face's folder, of the cache and the token. Default: ~/.cache/huggingface."),
        ("HF_HUB_CACHE=DIR", "The cache alone: where models and data sets are looked for by name, and downloaded to."),
        ("HF_TOKEN=TOKEN", "Who downloads, for models that are private or gated. HF_TOKEN_PATH names a file of it."),
        ("HF_ENDPOINT=URL", $"Where the Hub is. Default: {DefaultEndpoint}."),
        ("HF_HUB_OFFLINE=1", "Nothing is downloaded."),
        ("HTTPS_PROXY, NO_PROXY", "The proxy of downloads, and the hosts that are reached without it."),
    ];

    /// <summary>The Hub's address, without a slash at its end.</summary>
    public Uri Endpoint { get; }

    /// <summary>Root of the cache of snapshots, absolute; it need not be there.</summary>
    public string Cache { get; }

    /// <summary>Null where there is none. It is looked for where it is wanted: a cache needs none.</summary>
    /// <exception cref="UserException">What was found can be none.</exception>
    public string? Token => _token.Value;

    public bool IsOffline { get; }

    /// <param name="variable">Gives the value of a variable, or null; null is the process's environment.</param>
    /// <exception cref="UserException">A value can be none.</exception>
    public static HubEnvironment Read(Func<string, string?>? variable = null)
    {
        variable ??= Environment.GetEnvironmentVariable;
        string? Given(params string[] names) => names.Select(variable).FirstOrDefault(v => !string.IsNullOrEmpty(v));
        string user = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        string Folder(string path) => Path.GetFullPath(HomePath.Expand(path, user));
        string home = Folder(
            Given("HF_HOME") ?? Path.Combine(Given("XDG_CACHE_HOME") ?? Path.Combine(user, ".cache"), "huggingface"));
        string cache = Folder(Given("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE") ?? Path.Combine(home, "hub"));
        string tokenFile = Folder(Given("HF_TOKEN_PATH") ?? Path.Combine(home, "token"));
        return new HubEnvironment(
            EndpointOf(Given("HF_ENDPOINT") ?? DefaultEndpoint),
            cache,
            () => TokenOf("HF_TOKEN", Given("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"))
                ?? TokenOf(tokenFile, File.Exists(tokenFile) ? File.ReadAllText(tokenFile) : null),
            Given("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")?.ToUpperInvariant() is "1" or "ON" or "YES" or "TRUE");
    }

    private static Uri EndpointOf(string given) =>
        Uri.TryCreate(given.TrimEnd('/'), UriKind.Absolute, out Uri? uri) && uri.Scheme is "https" or "http"
            ? uri
            : throw new UserException($"HF_ENDPOINT: expected an address as {DefaultEndpoint}, got {given}");

    /// <param name="from">Where the token was found.</param>
    private static string? TokenOf(string from, string? given)
    {
        string? token = given?.Trim();
        if (string.IsNullOrEmpty(token))
            return null;
        return token.All(c => c is > ' ' and <= '~')
            ? token
            : throw new UserException($"{from}: expected a token (hf_...), got a text with blanks or other characters");
    }
}
