using System.Net;
using System.Net.Http.Headers;
using MolEngine.Basics.Text;
using MolEngine.Hub.Http;

namespace MolEngine.Hub.Downloads;

/// <summary>
/// Reads the bodies of the answers that together are a file, each on from where the one before ended.
/// </summary>
internal sealed class BodyReader(RepoFile file, BlobWriter writer, HubHttp http, DownloadProgress progress)
{
    private readonly byte[] _buffer = new byte[1 << 17];

    /// <summary>The ETag of the answers so far, where it is one that tells versions apart to the byte.</summary>
    public EntityTagHeaderValue? Version { get; private set; }

    /// <summary>Writes a body behind what is there; all of the file is there when that ends well.</summary>
    /// <exception cref="TransientException">
    /// The answer is of other bytes than those asked for, or its body is too short or too long.
    /// </exception>
    public async Task Read(HttpResponseMessage response, CancellationToken cancel)
    {
        long? all = Begin(response);
        if (all is not null && file.Size is not null && all != file.Size)
            throw Again($"the server says {Bytes(file.Size)} and sends {Bytes(all)}");
        await using Stream body = await response.Content.ReadAsStreamAsync(cancel);
        while (await http.Read(body, _buffer, cancel) is > 0 and int read)
        {
            if (writer.Length + read > (file.Size ?? long.MaxValue))
                throw Again($"the server says {Bytes(file.Size)} and sends more");
            await writer.Write(_buffer.AsMemory(0, read), cancel);
            progress.Add(read);
        }

        if (writer.Length < file.Size)
        {
            throw new TransientException(
                $"the answer ended after {Bytes(writer.Length)} of {Bytes(file.Size)}");
        }
    }

    /// <summary>Looks which bytes an answer has, and begins again where they are the first.</summary>
    /// <returns>Bytes of the whole file; null where the answer does not say.</returns>
    private long? Begin(HttpResponseMessage response)
    {
        EntityTagHeaderValue? version = response.Headers.ETag is { IsWeak: false } strong ? strong : null;
        if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
            throw Again($"the server has no bytes behind {Bytes(writer.Length)}");
        ContentRangeHeaderValue? range = response.Content.Headers.ContentRange;
        if (response.StatusCode == HttpStatusCode.PartialContent)
        {
            if (range?.From != writer.Length)
                throw Again($"the server sends other bytes than those from {Bytes(writer.Length)} on");
            if (Version is not null && version is not null && !version.Equals(Version))
                throw Again("the file changed on the server meanwhile");
        }
        else if (writer.Length > 0)
        {
            progress.Add(-writer.Clear());
        }

        Version = version;
        return response.StatusCode == HttpStatusCode.PartialContent ? range!.Length
            : response.Content.Headers.ContentLength;
    }

    /// <summary>What came is not to be trusted: the next answer has to have all of it.</summary>
    private TransientException Again(string why)
    {
        progress.Add(-writer.Clear());
        Version = null;
        return new TransientException(why);
    }

    private static string Bytes(long? count) => Counts.Of(count ?? 0, "byte");
}
