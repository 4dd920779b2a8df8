using Microsoft.AspNetCore.Http;

namespace MolEngine.Server.Http;

/// <summary>What answers a path.</summary>
/// <param name="NeedsKey">Whether a key is asked for, where the server has one.</param>
internal sealed record Route(string Method, bool NeedsKey, Func<HttpContext, Task> Handle);
