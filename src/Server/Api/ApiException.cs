namespace MolEngine.Server.Api;

/// <summary>A request that is refused or has failed, as OpenAI's API tells it.</summary>
/// <param name="status">Of HTTP.</param>
/// <param name="param">The field at fault; null for none.</param>
/// <param name="code">A word for programs; null for none.</param>
public sealed class ApiException(int status, string message, string? param = null, string? code = null)
    : Exception(message)
{
    public int Status => status;

    public string? Param => param;

    public string? Code => code;

    /// <summary>OpenAI's kind of error, which follows from the status.</summary>
    public string Kind => status switch
    {
        429 => "rate_limit_error",
        >= 500 => "server_error",
        _ => "invalid_request_error",
    };

    /// <summary>A field that is not what it should be.</summary>
    public static ApiException Field(string name, string problem) => new(400, $"{name}: {problem}", name);

    /// <summary>A field that asks for what is not offered.</summary>
    public static ApiException NotOffered(string name, string what) =>
        new(400, $"{name}: {what}", name, "unsupported_parameter");
}
