using System.Net.Sockets;
using System.Text;

namespace MolEngine.Server.Tests;

/// <summary>A connection whose bytes the test writes itself.</summary>
internal sealed class RawClient : IDisposable
{
    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp);

    public RawClient(Uri address)
    {
        _socket.ReceiveBufferSize = 4096;
        _socket.ReceiveTimeout = 60_000;
        _socket.Connect(address.Host, address.Port);
    }

    public void Send(string text) => _socket.Send(Encoding.UTF8.GetBytes(text));

    public void Send(byte[] bytes) => _socket.Send(bytes);

    /// <summary>Says that nothing more is sent; answers can still be read.</summary>
    public void HalfClose() => _socket.Shutdown(SocketShutdown.Send);

    public void Post(string path, string json) => Send(
        $"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        + $"Content-Length: {Encoding.UTF8.GetByteCount(json)}\r\n\r\n{json}");

    /// <summary>Reads until a text has come; what came before it is in it.</summary>
    public string ReadUntil(string text)
    {
        var read = new StringBuilder();
        byte[] buffer = new byte[1024];
        while (!read.ToString().Contains(text))
        {
            int count = _socket.Receive(buffer);
            if (count == 0)
                break;
            read.Append(Encoding.UTF8.GetString(buffer, 0, count));
        }

        return read.ToString();
    }

    /// <summary>Reads to the end of the connection, however that is brought about.</summary>
    public string ReadToEnd()
    {
        try
        {
            return ReadUntil("\0never");
        }
        catch (SocketException)
        {
            return "";
        }
    }

    public void Dispose() => _socket.Dispose();
}
