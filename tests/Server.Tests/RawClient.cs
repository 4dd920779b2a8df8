using System.Net.Sockets;
using System.Text;

namespace MolEngine.Server.Tests;

/// <summary>A connection whose bytes the test writes itself.</summary>
internal sealed class RawClient : IDisposable
{
    private readonly StringBuilder _read = new();
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
        _read.Clear();
        byte[] buffer = new byte[16 << 10];
        string tail = "";
        while (!tail.Contains(text))
        {
            int count = _socket.Receive(buffer);
            if (count == 0)
                break;
            string got = Encoding.UTF8.GetString(buffer, 0, count);
            _read.Append(got);
            tail = tail[Math.Max(0, tail.Length - text.Length)..] + got;
        }

        return _read.ToString();
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
            // Closed with something unread: what came before that counts.
            return _read.ToString();
        }
    }

    public void Dispose() => _socket.Dispose();
}
