using System.Security.Cryptography;
using System.Text;

namespace MolEngine.Server.Http;

/// <summary>The content security policy of a page that is one file.</summary>
internal static class PagePolicy
{
    /// <summary>
    /// What the page says itself runs, and nothing else: neither what a model writes nor what another site sends.
    /// </summary>
    /// <param name="html">With one element of style and one of script.</param>
    public static string Of(string html) =>
        $"default-src 'none'; script-src '{HashOf(html, "script")}'; style-src '{HashOf(html, "style")}'; "
            + "connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>A page of this assembly.</summary>
    /// <param name="name">Its file's.</param>
    public static string Page(string name)
    {
        using Stream stream = typeof(PagePolicy).Assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private static string HashOf(string html, string tag)
    {
        int start = html.IndexOf($"<{tag}>", StringComparison.Ordinal) + tag.Length + 2;
        int end = html.IndexOf($"</{tag}>", start, StringComparison.Ordinal);
        return $"sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(html[start..end])))}";
    }
}
